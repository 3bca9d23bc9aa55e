// A wall clock that is set while the program runs: `NODE_OPTIONS=--import=<this file>`. The file SHIFTED_CLOCK holds the
// milliseconds by which it is wrong. Only `Date` is shifted, like a clock that somebody sets: what measures durations is not.
import { readFileSync } from "node:fs";

const RealDate = Date;
const shift = () => {
  try {
    return Number(readFileSync(process.env.SHIFTED_CLOCK, "utf8"));
  } catch {
    return 0;
  }
};

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shift());
    else super(...args);
  }
  static now() {
    return RealDate.now() + shift();
  }
};
