import { formatPercent } from './format.js';

/** How a training goes, from the latest point of each of its curves. */
export class TrainingFigures {
  private readonly latest = new Map<string, number>();

  /** Takes a point of a curve; what says nothing of how training goes is passed over. */
  add(name: string, value: number): void {
    if (name.startsWith('train/')) this.latest.set(name.slice('train/'.length), value);
  }

  /** What the training itself expects, validation included; undefined before its first step. */
  get secondsLeft(): number | undefined {
    return this.latest.get('secondsLeft');
  }

  /** For a line of a terminal: `loss 0.412  acc 87.5 %  rate 3.0e-4  118 images/s`. Empty before the first step. */
  describe(): string {
    const shown: [string, (value: number) => string][] = [
      ['loss', (value) => `loss ${value.toPrecision(3)}`],
      ['accuracy', (value) => `acc ${formatPercent(value)}`],
      ['learningRate', (value) => `rate ${value.toExponential(1)}`],
      ['imagesPerSecond', (value) => `${value.toFixed(value < 10 ? 1 : 0)} images/s`],
    ];
    return shown
      .flatMap(([name, format]) => {
        const value = this.latest.get(name);
        return value === undefined ? [] : [format(value)];
      })
      .join('  ');
  }

  clear(): void {
    this.latest.clear();
  }
}
