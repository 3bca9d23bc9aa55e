// Reads the file of certificate authorities that NODE_EXTRA_CA_CERTS names. Node itself reads it only when the process
// starts, so a value in `.env` would come too late, and a file that is not there costs no more than a line on stderr.
// Source: https://nodejs.org/docs/latest-v20.x/api/cli.html#node_extra_ca_certsfile
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

/** The certificates, each as PEM text of its own, or what is wrong and what to do. */
export type ExtraCa = { certificates: readonly string[] } | { problem: string; todo: string };

/** Reads a file with one or more certificates in PEM form. */
export function readExtraCa(path: string): ExtraCa {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return {
      problem: `names a file that cannot be read: ${path} (${code})`,
      todo: "Give the path of the company's CA certificate and make it readable for the user Rondo runs as.",
    };
  }
  const found = text.match(
    /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g,
  );
  if (found === null) {
    return {
      problem: `names a file without a certificate in PEM form: ${path}`,
      todo: "It needs a block `-----BEGIN CERTIFICATE-----`. From DER make one: openssl x509 -inform der -in FILE -out ca.pem",
    };
  }
  try {
    return { certificates: found.map((one) => new X509Certificate(one).toString().trim()) };
  } catch {
    return {
      problem: `names a file with a damaged certificate: ${path}`,
      todo: "Export the company's CA certificate again, as PEM (Base64), and copy it unchanged.",
    };
  }
}
