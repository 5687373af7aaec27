import { describe, expect, it } from 'vitest';
import { normalizeTopology } from '../../../src/learning/tfjs-layers/normalize-topology.js';
import { layer, loadBroken, type Refusal } from '../support/broken-model.js';
import { cpuSeconds } from '../../support/cpu-seconds.js';

const cases: Refusal[] = [
  {
    what: 'without model.json',
    code: 'MODEL_JSON_MISSING',
    says: 'model.json',
    damage: (_, files) => files.delete('model.json'),
  },
  {
    what: 'whose model.json is cut off',
    code: 'MODEL_JSON_INVALID',
    says: 'not JSON',
    damage: (_, files) => files.set('model.json', Buffer.from('{"format": "layers-model", ')),
  },
  {
    what: 'whose model.json is not UTF-8',
    code: 'MODEL_JSON_INVALID',
    says: 'not JSON',
    damage: (_, files) => files.set('model.json', Uint8Array.of(0x22, 0xff, 0x22)),
  },
  {
    what: 'whose model.json has no topology',
    code: 'MODEL_JSON_INVALID',
    says: 'modelTopology',
    damage: (_, files) => files.set('model.json', Buffer.from('{"weightsManifest": []}')),
  },
  {
    what: 'that is a graph model',
    code: 'MODEL_FORMAT_UNSUPPORTED',
    says: 'graph-model',
    damage: (json) => (json.format = 'graph-model'),
  },
  {
    what: 'that is a subclassed network',
    code: 'MODEL_FORMAT_UNSUPPORTED',
    says: 'MyNet',
    damage: (json) => (json.modelTopology.class_name = 'MyNet'),
  },
  {
    what: 'with an unknown layer',
    code: 'MODEL_LAYER_UNKNOWN',
    says: 'Conv1_relu is a Lambda',
    damage: (json) => (layer(json, 'Conv1_relu').class_name = 'Lambda'),
  },
  {
    what: 'with a layer class named like a property of all objects',
    code: 'MODEL_LAYER_UNKNOWN',
    says: '__proto__',
    damage: (json) => (layer(json, 'Conv1_relu').class_name = '__proto__'),
  },
  {
    what: 'with an unknown setting',
    code: 'MODEL_LAYER_INVALID',
    says: 'fancy',
    damage: (json) => (layer(json, 'Conv1').config.fancy = true),
  },
  {
    what: 'with a wrong setting',
    code: 'MODEL_LAYER_INVALID',
    says: 'strides is [0,2]; accepted: a whole number from 1',
    damage: (json) => (layer(json, 'Conv1').config.strides = [0, 2]),
  },
  {
    what: 'with channels first',
    code: 'MODEL_LAYER_INVALID',
    says: 'channels_last',
    damage: (json) => (layer(json, 'Conv1').config.data_format = 'channels_first'),
  },
  {
    what: 'with grouped convolution',
    code: 'MODEL_LAYER_INVALID',
    says: 'groups is 2',
    damage: (json) => (layer(json, 'Conv1').config.groups = 2),
  },
  {
    what: 'with a setting that tfjs ignores',
    code: 'MODEL_LAYER_INVALID',
    says: 'negative_slope is 0.1',
    damage: (json) => (layer(json, 'Conv1_relu').config.negative_slope = 0.1),
  },
  {
    what: 'with half-precision layers',
    code: 'MODEL_LAYER_INVALID',
    says: 'float32',
    damage: (json) => (layer(json, 'Conv1').config.dtype = 'float16'),
  },
  {
    what: 'with an unknown activation',
    code: 'MODEL_LAYER_INVALID',
    says: 'activation is "evil"',
    damage: (json) => (layer(json, 'Conv1').config.activation = 'evil'),
  },
  {
    what: 'with layers in a circle',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'circle',
    damage: (json) => (layer(json, 'Conv1_pad').inbound_nodes = [[['out_relu', 0, 0, {}]]]),
  },
  {
    what: 'that reads a layer which is not there',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'reads nowhere',
    damage: (json) => (layer(json, 'Conv1').inbound_nodes = [[['nowhere', 0, 0, {}]]]),
  },
  {
    what: 'with two layers of one name',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'named Conv1_pad',
    damage: (json) => json.modelTopology.config.layers.push(structuredClone(layer(json, 'Conv1_pad'))),
  },
  {
    what: 'with a layer called twice',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'called 2 times',
    damage: (json) => layer(json, 'Conv1').inbound_nodes.push([['Conv1_pad', 0, 0, {}]]),
  },
  {
    what: 'with a layer called with arguments',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'called with training',
    damage: (json) => (layer(json, 'bn_Conv1').inbound_nodes = [[['Conv1', 0, 0, { training: true }]]]),
  },
  {
    what: 'with a layer that leads nowhere',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'spare does not lead',
    damage: (json) =>
      json.modelTopology.config.layers.push({
        name: 'spare',
        class_name: 'ReLU',
        config: { name: 'spare' },
        inbound_nodes: [[['Conv1', 0, 0, {}]]],
      }),
  },
  {
    what: 'with two outputs',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: '2 outputs',
    damage: (json) => json.modelTopology.config.output_layers.push(['out_relu', 0, 0]),
  },
  {
    what: 'with an output that is not there',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'missing_output',
    damage: (json) => (json.modelTopology.config.output_layers = [['missing_output', 0, 0]]),
  },
  {
    what: 'whose input is no picture',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: '[null,224]',
    damage: (json) => (layer(json, 'input_1').config.batch_input_shape = [null, 224]),
  },
  {
    what: 'whose shapes do not fit',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'block_2_add',
    damage: (json) =>
      (layer(json, 'block_2_add').inbound_nodes = [
        [
          ['block_2_project_BN', 0, 0, {}],
          ['Conv1_relu', 0, 0, {}],
        ],
      ]),
  },
  {
    what: 'with a merge of one tensor',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'two inputs or more',
    damage: (json) => (layer(json, 'block_2_add').inbound_nodes = [[['block_2_project_BN', 0, 0, {}]]]),
  },
  {
    what: 'that shrinks a picture to nothing',
    code: 'MODEL_TOPOLOGY_INVALID',
    says: 'window of 9 pixels',
    damage: (json) => (layer(json, 'average_pooling2d_1').config.pool_size = [9, 9]),
  },
  {
    what: 'with too few labels',
    code: 'MODEL_METADATA_INVALID',
    says: '2 labels',
    damage: (json) => (json.userDefinedMetadata = { modelzoo: { labels: ['a', 'b'] } }),
  },
  {
    what: 'with labels that are no text',
    code: 'MODEL_METADATA_INVALID',
    says: 'labels',
    damage: (json) => (json.userDefinedMetadata = { modelzoo: { labels: [1, 2, 3, 4, 5] } }),
  },
  {
    what: 'with a deviation of zero',
    code: 'MODEL_METADATA_INVALID',
    says: 'std',
    damage: (json) => (json.userDefinedMetadata = { modelzoo: { input: { std: [0] } } }),
  },
  {
    what: 'with a config.json that is not JSON',
    code: 'MODEL_METADATA_INVALID',
    says: 'config.json',
    damage: (_, files) => files.set('config.json', Buffer.from('{')),
  },
];

/** Layers in the order opposite to that in which they read, and a sum that reads the first 200,000 times. */
function backwards(chain: number): Record<string, unknown>[] {
  const reading = (name: string, class_name: string, inbound: string[]) => ({
    name,
    class_name,
    config: { name },
    inbound_nodes: [inbound.map((from) => [from, 0, 0])],
  });
  const sum = reading('sum', 'Add', [...Array<string>(200_000).fill('r0'), `r${chain}`]);
  const links = Array.from({ length: chain }, (_, index) => reading(`r${index + 1}`, 'ReLU', [`r${index}`]));
  const config = { name: 'r0', dtype: 'float32', batch_input_shape: [null, 8, 8, 3] };
  return [sum, ...links.reverse(), { name: 'r0', class_name: 'InputLayer', config, inbound_nodes: [] }];
}

it('a network written backwards, with hundreds of thousands of connections, is put in order at once', () => {
  const network = {
    name: 'm',
    layers: backwards(4_000),
    input_layers: [['r0', 0, 0]],
    output_layers: [['sum', 0, 0]],
  };
  let order: string[] = [];
  const putInOrder = () => {
    const { layers } = normalizeTopology({ class_name: 'Functional', config: network });
    order = layers.map(({ name }) => name);
  };
  expect(cpuSeconds(putInOrder)).toBeLessThan(5);
  expect(order).toEqual([...Array.from({ length: 4_001 }, (_, index) => `r${index}`), 'sum']);
});

describe('the strict loader refuses a real network', () => {
  it.each(cases)('$what', async ({ code, says, damage }) => {
    const error = await loadBroken(damage);
    expect(error).toMatchObject({ name: 'ZooError', code });
    expect((error as Error).message).toContain(says);
  });

  it('when a size is asked for that a layer pins', async () => {
    const error = await loadBroken(() => undefined, { input: { height: 160, width: 160 } });
    expect(error).toMatchObject({ code: 'MODEL_INPUT_SIZE_UNSUPPORTED' });
    expect((error as Error).message).toContain('exactly 224 × 224, because of layer dense_1');
  });

  it('but not when nothing is broken', async () => {
    expect(await loadBroken(() => undefined)).toBeUndefined();
  });
});
