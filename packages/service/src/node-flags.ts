/**
 * With which a process of ours is started. Young garbage stays small: what Node takes by default, 32 MiB twice, is memory for nothing
 * here. And V8 does not guess which objects will grow old: in about every second gateway it took requests for such, and since old garbage
 * keeps alive what it refers to, each request then kept the next one, which cost a third more processor time.
 */
export const NODE_FLAGS: readonly string[] = ["--max-semi-space-size=16", "--no-allocation-site-pretenuring"];
