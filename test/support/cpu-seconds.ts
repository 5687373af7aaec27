/** Seconds of processor time that some work takes: unlike time on the wall, what else the machine does is not in it. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
