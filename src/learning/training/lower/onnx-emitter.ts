import type {
  Attribute,
  OnnxDomain,
  OnnxGraph,
  OnnxNode,
  OnnxPort,
  OnnxTensor,
} from '../../onnx/onnx-model.js';

/** Collects the nodes and constants of an ONNX graph, and names them. Small constants are kept once. */
export class OnnxEmitter {
  private readonly nodes: OnnxNode[] = [];
  private readonly tensors: OnnxTensor[] = [];
  private readonly inputs: OnnxPort[] = [];
  private readonly outputs: OnnxPort[] = [];
  private readonly smallConstants = new Map<string, string>();
  /** Outputs of nodes that carry a name of the program's. */
  private readonly renamed = new Map<string, string>();
  private readonly produced = new Set<string>();
  private nextName = 0;

  /** Adds a node with one output and gives that output's name. An empty name leaves an optional input out. */
  node(
    op: string,
    inputs: string[],
    attributes: Record<string, Attribute> = {},
    domain?: OnnxDomain,
  ): string {
    const [output = ''] = this.nodeOf(1, op, inputs, attributes, domain);
    return output;
  }

  /** A node with several outputs. */
  nodeOf(
    count: number,
    op: string,
    inputs: string[],
    attributes: Record<string, Attribute> = {},
    domain?: OnnxDomain,
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.newName('t'));
    for (const output of outputs) this.produced.add(output);
    this.nodes.push({ op, inputs, outputs, attributes, ...(domain === undefined ? {} : { domain }) });
    return outputs;
  }

  constant(data: OnnxTensor['data'], shape: readonly number[]): string {
    const key = data.length <= 16 ? `${data.constructor.name}|${shape.join()}|${data.join()}` : undefined;
    const known = key === undefined ? undefined : this.smallConstants.get(key);
    if (known !== undefined) return known;
    const name = this.newName('c');
    this.tensors.push({ name, shape: [...shape], data });
    if (key !== undefined) this.smallConstants.set(key, name);
    return name;
  }

  scalar(value: number): string {
    return this.constant(Float32Array.of(value), []);
  }

  integers(list: readonly number[]): string {
    return this.constant(BigInt64Array.from(list, BigInt), [list.length]);
  }

  reshape(name: string, shape: readonly number[]): string {
    return this.node('Reshape', [name, this.integers(shape)]);
  }

  input(port: OnnxPort): void {
    this.inputs.push(port);
  }

  /** Gives a tensor out under the port's name. */
  output(tensor: string, port: OnnxPort): void {
    this.outputs.push(port);
    if (this.produced.has(tensor) && !this.renamed.has(tensor)) this.renamed.set(tensor, port.name);
    // An input, a constant, or what already goes out under another name.
    else this.nodes.push({ op: 'Identity', inputs: [tensor], outputs: [port.name], attributes: {} });
  }

  /** Without what no output depends on. */
  graph(): OnnxGraph {
    const rename = (name: string) => this.renamed.get(name) ?? name;
    const nodes = this.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    }));
    const needed = new Set(this.outputs.map(({ name }) => name));
    // Nodes come after those they read.
    const live = nodes.reverse().filter((node) => {
      if (!node.outputs.some((name) => needed.has(name))) return false;
      node.inputs.forEach((name) => needed.add(name));
      return true;
    });
    return {
      nodes: this.leavesLast(live.reverse()),
      tensors: this.tensors.filter(({ name }) => needed.has(name)),
      inputs: this.inputs,
      outputs: this.outputs,
    };
  }

  /**
   * ONNX Runtime runs what the last node needs first, then what the one before it needs besides, and so on. With the
   * results at the end, in the order of the ports, a gradient that comes out last is done with while the pass is at its
   * layer: what it was made of is in the cache still, and can be forgotten.
   */
  private leavesLast(nodes: OnnxNode[]): OnnxNode[] {
    const read = new Set(nodes.flatMap((node) => node.inputs));
    const places = new Map(this.outputs.map(({ name }, place) => [name, place]));
    const isLeaf = (node: OnnxNode) => !node.outputs.some((name) => read.has(name));
    const place = (node: OnnxNode) => Math.max(...node.outputs.map((name) => places.get(name) ?? 0));
    return [
      ...nodes.filter((node) => !isLeaf(node)),
      ...nodes.filter(isLeaf).sort((a, b) => place(a) - place(b)),
    ];
  }

  /** `#` keeps it apart from the names of ports. */
  private newName(prefix: string): string {
    return `#${prefix}${this.nextName++}`;
  }
}
