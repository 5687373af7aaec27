import { choiceOfOtherDraws } from '../judge/other-draws.mjs';
import { compareHabits, picksOf, withinOnePoint, withUnknownNetworks } from '../judge/picks.mjs';
import { judgeAgreement, judgeCalibration } from '../judge/promises.mjs';
import { mean, percent } from '../../study/cells.mjs';
import { table } from '../judge/numbers.mjs';
import { titleOf } from './tables.mjs';

/** What following the advice would have come to, and whether its promises held; `ofUnknown` as if its networks were unknown. */
export function judgeTables(judged, ofUnknown, datasets) {
  const picks = picksOf(judged);
  const habits = compareHabits(picks);
  const came = judged.filter(({ lines }) => lines.length > 0);
  return [
    ...(picks.length > 0 ? [picksTable(picks, datasets), withinOnePoint(picks, judged)] : []),
    ...[choiceOfOtherDraws(picks), withUnknownNetworks(ofUnknown)].filter((text) => text !== undefined),
    ...(habits === undefined ? [] : ['### Advice against habits', habits]),
    ...(came.length > 0 ? ['### Was the order right?', judgeAgreement(came)] : []),
    ...(came.length > 0 ? ['### Were the intervals right?', judgeCalibration(came)] : []),
  ];
}

function picksTable(picks, datasets) {
  const rows = datasets.flatMap((dataset) => {
    const own = picks.filter((pick) => pick.dataset.name === dataset.name);
    if (own.length === 0) return [];
    const meanOver = (of) => percent(mean(own.map(of)));
    return [
      [
        titleOf(dataset),
        [...new Set(own.map(({ candidate }) => describe(candidate)))].join('; '),
        meanOver(({ candidate }) => candidate.accuracy.value),
        meanOver(({ outcome }) => outcome.accuracy),
        meanOver(({ best }) => best.accuracy),
        `${(100 * Math.max(...own.map(({ gap }) => gap))).toFixed(1)} points`,
      ],
    ];
  });
  return [
    '### What following the advice came to',
    '',
    'What training gains was learnt from the other kinds of pictures. Which numbers it is learnt from, and from which difference on time decides, was chosen once with all kinds in sight, so these figures are a little kinder than an unknown kind would be.',
    '',
    table(['', 'advised', 'promised', 'came', 'best of everything trained', 'below it, at worst'], rows),
  ].join('\n');
}

function describe({ versionId, strategy, parameters }) {
  const classifier = parameters.classifier === 'softmax' ? ' softmax' : '';
  return `${strategy}${classifier} on ${versionId}`;
}
