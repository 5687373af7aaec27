import { stringify } from 'yaml';
import type { Evaluation } from '../../learning/evaluation.js';
import { classSection, confusionSection, headlineSection } from './card-evaluation.js';
import { escapeCell, inline, table } from './markdown.js';

/** What the catalogue and a run know of a fine-tuned version; all that its card says comes from here. */
export interface CardFacts {
  /** `owner/name` of the model the version belongs to. */
  model: string;
  base: {
    /** `owner/name`. */
    model: string;
    version: number;
    /** As the base's card says; null where it says nothing. */
    license: string | null;
    tags: string[];
  };
  dataset: { name: string; version: number; license: string | null; trainImageCount: number };
  strategy: { name: string; version: string; parameters: Record<string, unknown> };
  /** What the strategy chose by itself. */
  chosen: Record<string, string | number>;
  seed: number;
  evaluation: Evaluation;
  measurements: { parameterCount: number; sizeBytes: number };
}

/**
 * Writes the README.md of a fine-tuned version: front matter in the hubs' field names, so that it means the same
 * elsewhere, then what it is, how well it does and where its limits are.
 *
 * @see https://huggingface.co/docs/hub/model-cards for the fields
 */
export function writeCard(facts: CardFacts): string {
  const frontMatter = stringify(cardFrontMatter(facts), { lineWidth: 0 });
  return `---\n${frontMatter}---\n\n${cardBody(facts)}`;
}

/** The card's front matter as data. */
function cardFrontMatter(facts: CardFacts): Record<string, unknown> {
  const { base, dataset, strategy, evaluation } = facts;
  return {
    ...(base.license === null ? {} : { license: base.license }),
    pipeline_tag: 'image-classification',
    library_name: 'tfjs-layers',
    tags: [...new Set([...inherited(base.tags), 'image-classification', strategy.name])],
    base_model: base.model,
    base_model_relation: 'finetune',
    datasets: [dataset.name],
    metrics: ['accuracy', 'f1'],
    'model-index': [
      {
        name: facts.model,
        results: [
          {
            task: { type: 'image-classification', name: 'Image Classification' },
            dataset: {
              type: dataset.name,
              name: dataset.name,
              split: evaluation.split,
              revision: String(dataset.version),
            },
            metrics: cardMetrics(evaluation),
          },
        ],
      },
    ],
  };
}

/** Tags that say what part a network plays here, which what was made of it does not. */
const tagsOfBasesOnly = new Set(['backbone', 'starter']);

const inherited = (tags: string[]): string[] => tags.filter((tag) => !tagsOfBasesOnly.has(tag));

function cardMetrics(evaluation: Evaluation): Record<string, unknown>[] {
  const [low, high] = evaluation.accuracyInterval;
  const metrics: [type: string, name: string, value: number | null][] = [
    ['accuracy', `Accuracy (95 % interval ${fixed(low)} to ${fixed(high)})`, evaluation.accuracy],
    ['accuracy', 'Top-5 accuracy', evaluation.top5Accuracy],
    ['balanced_accuracy', 'Balanced accuracy', evaluation.balancedAccuracy],
    ['f1', 'Macro F1', evaluation.macroF1],
    ['ece', 'Expected calibration error', evaluation.calibrationError],
  ];
  return metrics
    .filter(([, , value]) => value !== null)
    .map(([type, name, value]) => ({ type, name, value: round(value as number), verified: false }));
}

function cardBody(facts: CardFacts): string {
  const { base, dataset, strategy, evaluation } = facts;
  return (
    [
      `# ${facts.model}`,
      `An image classifier with ${evaluation.classes.length} classes: ${inline(base.model)} (version ${base.version}) adapted to ` +
        `${inline(dataset.name)} (version ${dataset.version}) by ${inline(strategy.name)} ${strategy.version}.`,
      '## How it was made',
      howItWasMade(facts),
      '## How well it does',
      headlineSection(evaluation),
      '### By class',
      classSection(evaluation),
      '### Confusion matrix',
      confusionSection(evaluation),
      '## Size and speed',
      `${facts.measurements.parameterCount.toLocaleString('en')} parameters in ${mebibytes(facts.measurements.sizeBytes)} of files.${speed(evaluation)}`,
      '## Limits',
      limits(facts),
    ].join('\n\n') + '\n'
  );
}

function speed({ latency }: Evaluation): string {
  if (latency === null) return '';
  const { medianMs, p90Ms } = latency;
  return ` ${medianMs.toFixed(1)} ms per picture on the machine that made it, one picture at a time; nine in ten take no longer than ${p90Ms.toFixed(1)} ms.`;
}

function howItWasMade({ dataset, strategy, chosen, seed }: CardFacts): string {
  const rows = [
    ...Object.entries(strategy.parameters)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, show(value)]),
    ...Object.entries(chosen).map(([name, value]) => [`${name} (chosen)`, show(value)]),
    ['seed', String(seed)],
  ];
  return (
    `Fitted on ${dataset.trainImageCount} training pictures. The held-out pictures were not used for any choice.\n\n` +
    table(['Parameter', 'Value'], rows)
  );
}

function limits({ evaluation, base }: CardFacts): string {
  const sentences = [
    'The figures hold for pictures like those of the data set; others may be named worse. Every picture gets one of the classes, also one that shows none of them.',
  ];
  if (evaluation.calibrationError === null) {
    sentences.push('The scores are margins: the highest says which class, none of them is a probability.');
  }
  if (evaluation.imageCount < 200) {
    sentences.push(
      `${evaluation.imageCount} held-out pictures are few: differences within the interval mean nothing.`,
    );
  }
  if (evaluation.baseline !== null && evaluation.baseline.verdict !== 'BETTER') {
    sentences.push(
      'A linear classifier on the frozen base does as well within noise, or better: it is smaller to keep and quicker to make.',
    );
  }
  const unseen = evaluation.perClass.filter(({ imageCount }) => imageCount === 0);
  if (unseen.length > 0) {
    sentences.push(
      `No held-out picture shows ${unseen
        .slice(0, 10)
        .map((row) => escapeCell(row.class))
        .join(
          ', ',
        )}${unseen.length > 10 ? ` and ${unseen.length - 10} more` : ''}, so nothing is known of ${unseen.length === 1 ? 'it' : 'them'}.`,
    );
  }
  sentences.push(`What limits ${inline(base.model)} limits this model too.`);
  return sentences.join(' ');
}

function show(value: unknown): string {
  const text =
    typeof value === 'number'
      ? String(round(value))
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

const round = (value: number): number => Number(value.toPrecision(6));

const fixed = (value: number): string => value.toFixed(3);

const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
