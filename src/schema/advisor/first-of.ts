import { defaultPageSize, maxPageSize } from '../../zoo/pagination/fetch-page.js';
import { invalidInput } from '../../zoo/parse-input.js';

/** The first of a list that is short enough to be read whole, as pages are cut. @throws ZooError INPUT_INVALID */
export function firstOf<T>(items: readonly T[], first: number | null | undefined): T[] {
  const count = first ?? defaultPageSize;
  if (count < 1 || count > maxPageSize) {
    throw invalidInput([{ path: 'first', message: `is ${count}; accepted: 1 to ${maxPageSize}` }]);
  }
  return items.slice(0, count);
}
