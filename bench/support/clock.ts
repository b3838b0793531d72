/** CLOCK_MONOTONIC: counts from the start of the machine, so that times of different processes can be compared. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
