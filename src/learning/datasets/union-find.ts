/** Groups of things that were joined, directly or through others. @see Tarjan, "Efficiency of a Good But Not Linear Set Union Algorithm", 1975 */
export class UnionFind {
  private readonly parents: Uint32Array;

  constructor(length: number) {
    this.parents = Uint32Array.from({ length }, (_, index) => index);
  }

  join(a: number, b: number): void {
    const [rootA, rootB] = [this.group(a), this.group(b)];
    this.parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  /** The smallest member of a thing's group, as the group's name. */
  group(member: number): number {
    let root = member;
    for (let parent = this.parents[root] ?? root; parent !== root; parent = this.parents[root] ?? root) {
      this.parents[root] = this.parents[parent] ?? parent;
      root = parent;
    }
    return root;
  }
}
