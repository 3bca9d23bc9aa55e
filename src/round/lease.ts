// Who performs the effects of a pull request: one process at a time, known well enough to tell whether it still lives.
import { z } from "zod";

/** Who performs the effects of this pull request right now (decisions: write lock and lease). */
export const Lease = z.object({
  token: z.string(),
  fence: z.number().int(),
  host: z.string(),
  boot_id: z.string(),
  pid: z.number().int(),
  /** Start time of the process in clock ticks since boot (`/proc/<pid>/stat` field 22), to tell a reused pid. */
  pid_start: z.string(),
  acquired_at: z.string(),
  heartbeat_at: z.string(),
});
export type Lease = z.infer<typeof Lease>;
