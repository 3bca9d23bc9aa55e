// Decides which addresses are reached through the company's proxy. One rule for REST, GraphQL and git: the programs' own
// rules differ (curl takes port 1080 where others take 80, undici knows no subnets), so neither gets to see NO_PROXY.
// Pure: HTTPS_PROXY and NO_PROXY come in as text. HTTP_PROXY has no part in it: it is for plain http addresses, and those
// are allowed on this machine only.
import { BlockList, isIP } from "node:net";

/** The proxy and its exceptions. */
export type ProxySettings = {
  /** `http://user:password@host:port` or `https://…` as `readProxy` gives it; null for none. */
  proxy: string | null;
  /** Value of NO_PROXY: hosts, suffixes, addresses and subnets that are reached directly; empty for none. */
  noProxy: string;
};

/** How an address is reached, and why. `proxy` holds the password: show `withoutCredentials(proxy)`. */
export type Route =
  | { via: "proxy"; proxy: string }
  | { via: "direct"; why: "no proxy is set" | "this machine" }
  | { via: "direct"; why: "NO_PROXY"; entry: string };

/**
 * How `address` (an http or https URL) is reached. This machine is never reached through a proxy. An entry of NO_PROXY is
 * a host with its subdomains (`example.com`, `.example.com` and `*.example.com` mean the same), an IP address, a subnet
 * (`10.0.0.0/8`), any of the first two with `:port`, or `*` for everything; names are not looked up.
 * Source: https://curl.se/libcurl/c/CURLOPT_NOPROXY.html
 */
export function routeOf(address: string, settings: ProxySettings): Route {
  if (settings.proxy === null) return { via: "direct", why: "no proxy is set" };
  const url = new URL(address);
  const host = bareHost(url.hostname);
  if (isThisMachine(host)) return { via: "direct", why: "this machine" };
  const port = url.port || (url.protocol === "http:" ? "80" : "443");
  const entry = entries(settings.noProxy).find((one) => matches(one, host, port));
  return entry === undefined ? { via: "proxy", proxy: settings.proxy } : { via: "direct", why: "NO_PROXY", entry };
}

/** The proxy for `address`, with its password, or null when it is reached directly. */
export function proxyFor(address: string, settings: ProxySettings): string | null {
  const route = routeOf(address, settings);
  return route.via === "proxy" ? route.proxy : null;
}

/** The proxy as it may be shown: `http://host:port`. */
export function withoutCredentials(proxy: string): string {
  const url = new URL(proxy);
  return `${url.protocol}//${url.hostname}:${portOf(url)}`;
}

/**
 * Reads the value of HTTPS_PROXY. The result always names a port, because programs differ in the one they would take.
 * The problem never repeats the value, which may hold a password.
 */
export function readProxy(value: string): { proxy: string } | { problem: string; todo: string } {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const scheme = full.slice(0, full.indexOf(":")).toLowerCase();
  if (scheme !== "http" && scheme !== "https") {
    return {
      problem: `is a proxy of the kind ${scheme}, which cannot be used`,
      todo: "Name an HTTP proxy, which takes CONNECT: http://host:port, or https://host:port when it speaks TLS itself.",
    };
  }
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || url.hostname === "" || !isDecodable(url)) {
    return {
      problem: "is not the address of a proxy",
      todo: "Write http://host:port or http://user:password@host:port; of the password percent-encode all but letters and digits (@ is %40).",
    };
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return {
      problem: "holds more than the address of a proxy",
      todo: "Write http://host:port without a path. A proxy configuration script (.pac) is not read: write the proxy it names.",
    };
  }
  return { proxy: `${url.protocol}//${loginOf(url)}${url.hostname}:${portOf(url)}` };
}

/** User name and password of a proxy, decoded; null when it has none. */
export function credentialsOf(proxy: string): { user: string; password: string } | null {
  const url = new URL(proxy);
  if (url.username === "") return null;
  return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

/** Entries of NO_PROXY that no address can match, such as `192.168.*`. */
export function uselessExceptions(noProxy: string): readonly string[] {
  return entries(noProxy).filter((entry) => {
    if (entry === "*") return false;
    const { name } = split(entry);
    return addresses(name) === undefined && !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name);
  });
}

/** `localhost` and loopback addresses: nothing behind a proxy could be meant by them. */
function isThisMachine(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(?:\.[0-9]+){3}$/.test(host);
}

function entries(noProxy: string): readonly string[] {
  return noProxy.split(/[\s,]+/).filter((entry) => entry !== "");
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const { name, port: onlyPort } = split(entry);
  if (onlyPort !== undefined && onlyPort !== port) return false;
  if (isIP(host) !== 0) return addresses(name)?.check(host, kindOf(host)) ?? false;
  return host === name || host.endsWith(`.${name}`);
}

/** An entry without leading dot or star, in lower case, and its port. */
function split(entry: string): { name: string; port: string | undefined } {
  const lower = entry.toLowerCase();
  const withPort = isIP(lower) === 6 ? null : /^(?<name>.+):(?<port>[0-9]{1,5})$/.exec(lower);
  const name = withPort?.groups?.["name"] ?? lower;
  return { name: bareHost(name.replace(/^\*?\./, "")), port: withPort?.groups?.["port"] };
}

/** The addresses that an IP address or a subnet stands for; undefined for anything else. */
function addresses(name: string): BlockList | undefined {
  const [address = "", bits] = name.split("/");
  const list = new BlockList();
  if (isIP(address) === 0) return undefined;
  if (bits === undefined) list.addAddress(address, kindOf(address));
  else if (!/^[0-9]{1,3}$/.test(bits) || Number(bits) > (isIP(address) === 4 ? 32 : 128)) return undefined;
  else list.addSubnet(address, Number(bits), kindOf(address));
  return list;
}

function kindOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

function loginOf(url: URL): string {
  if (url.username === "") return "";
  return url.password === "" ? `${url.username}@` : `${url.username}:${url.password}@`;
}

/** Without the brackets of IPv6 and the dot that ends a full name. */
function bareHost(host: string): string {
  return host.replace(/^\[(?<address>.*)\]$/, "$<address>").replace(/\.$/, "");
}

function portOf(url: URL): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

function isDecodable(url: URL): boolean {
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}
