// The data directory holds the truth: it is tried out at start-up, and a network file system is refused.
import { chmodSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepareDataDir } from "../../src/data-dir.ts";

const local = async () => ({ type: 0xef53 });
const folder = () => mkdtempSync(join(tmpdir(), "rondo-data-"));

describe("prepareDataDir", () => {
  it("creates a missing directory for its owner only and leaves nothing in it", async () => {
    const dir = join(folder(), "a", "b");

    expect(await prepareDataDir(dir)).toEqual([]);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dir)).toEqual([]);
  });

  it("refuses a path that is a file", async () => {
    const dir = join(folder(), "file");
    writeFileSync(dir, "");

    await expect(prepareDataDir(dir, local)).rejects.toMatchObject({
      code: "DATA_DIR_NOT_WRITABLE",
      message: `The data directory ${dir} cannot be written (EEXIST).`,
    });
  });

  it.skipIf(process.getuid?.() === 0)("refuses a directory that cannot be written", async () => {
    const dir = folder();
    chmodSync(dir, 0o500);

    await expect(prepareDataDir(dir, local)).rejects.toMatchObject({ code: "DATA_DIR_NOT_WRITABLE" });
  });

  it("refuses a place where nothing can be created", async () => {
    await expect(prepareDataDir("/dev/null/data", local)).rejects.toMatchObject({
      code: "DATA_DIR_NOT_WRITABLE",
      message: "The data directory /dev/null/data cannot be written (ENOTDIR).",
    });
  });

  it.each([
    ["NFS", 0x6969],
    ["CIFS", 0xff534d42],
    ["CIFS", 0xff534d42 | 0],
    ["SMB2", 0xfe534d42],
    ["Ceph", 0x00c36400],
  ])("refuses %s (%d)", async (name, type) => {
    await expect(prepareDataDir(folder(), async () => ({ type }))).rejects.toMatchObject({
      code: "DATA_DIR_ON_NETWORK",
      message: expect.stringContaining(`(${name})`),
    });
  });

  it.each([0x65735546, 0x01021997])("warns where it cannot tell (%d)", async (type) => {
    expect(await prepareDataDir(folder(), async () => ({ type }))).toHaveLength(1);
  });
});
