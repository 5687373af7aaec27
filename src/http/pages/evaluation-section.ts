import type { Evaluation } from '../../learning/evaluation.js';
import { describeBaseline } from '../../learning/evaluation/describe-baseline.js';
import { html, type Html } from '../html.js';
import { formatPercent } from './format.js';

/** Beyond this many classes a confusion matrix is no picture any more. */
const maxMatrixClasses = 30;

/** How a version did on pictures it never saw: headline, table by class, confusion matrix. */
export function evaluationSection(evaluation: Evaluation): Html {
  const [low, high] = evaluation.accuracyInterval;
  return html`<section>
    <h2>Evaluation</h2>
    <p class="headline">
      <strong>${formatPercent(evaluation.accuracy)}</strong> accuracy, 95 % interval ${formatPercent(low)} to
      ${formatPercent(high)}, on ${evaluation.imageCount} ${evaluation.split} pictures it never
      saw${
        evaluation.excludedNearDuplicates > 0 &&
        `; ${evaluation.excludedNearDuplicates} that nearly equal a training picture are left out`
      }.
    </p>
    <dl class="facts-table">
      <div>
        <dt>Balanced accuracy</dt>
        <dd>${formatPercent(evaluation.balancedAccuracy)}</dd>
      </div>
      <div>
        <dt>Macro F1</dt>
        <dd>${formatPercent(evaluation.macroF1)}</dd>
      </div>
      ${
        evaluation.top5Accuracy !== null &&
        html`<div>
          <dt>Top-5 accuracy</dt>
          <dd>${formatPercent(evaluation.top5Accuracy)}</dd>
        </div>`
      }
      ${
        evaluation.calibrationError !== null &&
        html`<div>
          <dt>Calibration error</dt>
          <dd>${formatPercent(evaluation.calibrationError)}</dd>
        </div>`
      }
      ${
        evaluation.latency &&
        html`<div>
          <dt>Time per picture</dt>
          <dd>
            ${evaluation.latency.medianMs.toFixed(1)} ms, nine in ten within
            ${evaluation.latency.p90Ms.toFixed(1)} ms
          </dd>
        </div>`
      }
    </dl>
    ${evaluation.baseline && html`<p class="baseline">${describeBaseline(evaluation.baseline)}</p>`}
    ${classTable(evaluation)} ${evaluation.classes.length <= maxMatrixClasses && confusionMatrix(evaluation)}
  </section>`;
}

function classTable({ perClass }: Evaluation): Html {
  return html`<details open>
    <summary><h3>By class</h3></summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Class</th>
            <th class="number">Pictures</th>
            <th class="number">Precision</th>
            <th class="number">Recall</th>
            <th class="number">F1</th>
          </tr>
        </thead>
        <tbody>
          ${perClass.map(
            (row) =>
              html`<tr>
                <td>${row.class}</td>
                <td class="number">${row.imageCount}</td>
                <td class="number">${formatPercent(row.precision)}</td>
                <td class="number">${formatPercent(row.recall)}</td>
                <td class="number">${formatPercent(row.f1)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** Rows are what the pictures show, columns what they were taken for. Shade: share of the row, in tenths. */
function confusionMatrix({ classes, confusion }: Evaluation): Html {
  return html`<details>
    <summary>
      <h3>Confusion matrix</h3>
      rows: what the picture shows, columns: what it was taken for
    </summary>
    <div class="scroll">
      <table class="matrix">
        <thead>
          <tr>
            <th></th>
            ${classes.map((name) => html`<th scope="col"><span>${name}</span></th>`)}
          </tr>
        </thead>
        <tbody>
          ${confusion.map((row, actual) => {
            const total = row.reduce((sum, count) => sum + count, 0);
            return html`<tr>
              <th scope="row">${classes[actual]}</th>
              ${row.map((count, predicted) => {
                const shade = total === 0 ? 0 : Math.round((count / total) * 10);
                return html`<td class="${predicted === actual ? 'right' : 'wrong'} shade-${shade}">
                  ${count}
                </td>`;
              })}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </details>`;
}
