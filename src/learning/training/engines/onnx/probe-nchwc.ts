/** TODO */
export async function probeNchwc(): Promise<number> {
  return 0;
}
