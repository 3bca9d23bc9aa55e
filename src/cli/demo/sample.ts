// The repository that the demo reviews when no other one is named: a small shop with a service in TypeScript and a
// report in Python. The pull request adds two features, each with bugs that were really made in public code; the fix is
// what its author pushes after reading the findings. Nothing here tells the demo what will be found.

/** Files by path. */
type Files = Readonly<Record<string, string>>;

/** The base branch. */
export const BASE_FILES: Files = {
  "README.md": "# Corner shop\n\nOrders in TypeScript, a nightly report in Python.\n",
  "src/orders.ts": `export type Order = { id: string; lines: { sku: string; cents: number }[] };

export function total(order: Order): number {
  return order.lines.reduce((sum, line) => sum + line.cents, 0);
}
`,
  "report/summary.py": `def summary(orders):
    """One line an order."""
    return ["%s: %d" % (order["id"], order["cents"]) for order in orders]
`,
};

/** What the pull request adds. */
export const CHANGE_FILES: Files = {
  "src/refunds.ts": `import type { Order } from "./orders.ts";

export type Store = { save(order: Order): Promise<void>; query(sql: string): Promise<Order[]> };

/** Orders of one customer, newest first. */
export async function ordersOf(store: Store, customer: string): Promise<Order[]> {
  return await store.query(\`SELECT * FROM orders WHERE customer = '\${customer}' ORDER BY placed_at DESC\`);
}

/** Refunds every order that may be refunded, and says how many those were. */
export async function refundAll(store: Store, orders: Order[]): Promise<number> {
  const refundable = orders.filter(async (order) => await mayRefund(order));
  refundable.forEach(async (order) => {
    await store.save({ ...order, lines: [] });
  });
  return refundable.length;
}

async function mayRefund(order: Order): Promise<boolean> {
  return await Promise.resolve(order.lines.length > 0);
}
`,
  "report/nightly.py": `from datetime import datetime


def collect(order, seen=[]):
    """Remembers the orders of one report."""
    seen.append(order)
    return seen


def is_final(order):
    return order["state"] is "final"


def header(now=datetime.now()):
    return "Report of " + now.isoformat()
`,
};

/** What the author pushes after the first round. */
export const FIX_FILES: Files = {
  "src/refunds.ts": `import type { Order } from "./orders.ts";

export type Store = { save(order: Order): Promise<void>; query(sql: string, values: string[]): Promise<Order[]> };

/** Orders of one customer, newest first. */
export async function ordersOf(store: Store, customer: string): Promise<Order[]> {
  return await store.query("SELECT * FROM orders WHERE customer = $1 ORDER BY placed_at DESC", [customer]);
}

/** Refunds every order that may be refunded, and says how many those were. */
export async function refundAll(store: Store, orders: Order[]): Promise<number> {
  let refunded = 0;
  for (const order of orders) {
    if (!(await mayRefund(order))) continue;
    await store.save({ ...order, lines: [] });
    refunded += 1;
  }
  return refunded;
}

async function mayRefund(order: Order): Promise<boolean> {
  return await Promise.resolve(order.lines.length > 0);
}
`,
  "report/nightly.py": `from datetime import datetime


def collect(order, seen=None):
    """Remembers the orders of one report."""
    seen = [] if seen is None else seen
    seen.append(order)
    return seen


def is_final(order):
    return order["state"] == "final"


def header(now=None):
    return "Report of " + (now or datetime.now()).isoformat()
`,
};
