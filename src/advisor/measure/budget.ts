/** A time to spend, and how much of it is left. */
export class Budget {
  readonly #began: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    readonly seconds: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#began = now();
  }

  spent(): number {
    return Math.max(0, (this.now() - this.#began) / 1000);
  }

  remaining(): number {
    return this.seconds - this.spent();
  }
}
