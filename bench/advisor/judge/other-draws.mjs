import { mean } from '../../study/cells.mjs';
import { describeGaps } from './numbers.mjs';

/**
 * How far from the best one is who had trained everything on the other draws of the same data set and takes what was best
 * there: how much is the luck of pictures. An advice that trains nothing will hardly do better.
 *
 * @param picks see `picksOf`
 * @returns a sentence; undefined where no data set was drawn twice
 */
export function choiceOfOtherDraws(picks) {
  const gaps = picks.flatMap((pick) => {
    const others = picks.filter(({ dataset, seed }) => dataset === pick.dataset && seed !== pick.seed);
    if (others.length === 0) return [];
    const averages = pick.trained.flatMap((one) => {
      const same = others.flatMap(({ trained }) => trained.filter((other) => isSameWay(one, other)));
      return same.length < others.length
        ? []
        : [{ one, accuracy: mean(same.map(({ accuracy }) => accuracy)) }];
    });
    if (averages.length === 0) return [];
    const { one } = averages.reduce((top, next) => (next.accuracy > top.accuracy ? next : top));
    return [pick.best.accuracy - one.accuracy];
  });
  if (gaps.length === 0) return undefined;
  return `Not even who had trained everything on other draws of the same data set, and takes what was best there, is sure of it: that comes ${describeGaps(gaps)}.`;
}

const isSameWay = (a, b) => a.model === b.model && a.title === b.title;
