import type { Sequential } from '@tensorflow/tfjs-layers';
import { fitTemperature, savePlainModel } from 'modelzoo/learning';
import type { FitContext, ModelFile, TfWithLayers, WholeNetwork } from 'modelzoo/plugin';
import type { DistillationParameters } from './index.js';
import { scorePictures } from './score-pictures.js';
import { drawSoftTargets } from './soft-targets-picture.js';
import { createStudent, type StudentPlan } from './student.js';
import { prepareTeacher, type Teacher } from './teacher.js';
import { trainStudent, type Lessons } from './train-student.js';
import type { EpochRow } from './training-state.js';

type Context = FitContext<DistillationParameters>;

/** Asks the teacher once, trains a student on its answers, and returns the student alone. */
export async function fit(context: Context): Promise<WholeNetwork> {
  const { parameters, base, classes, imageCounts, seed, pictures, log, report } = context;
  const { studentSize: size, width, temperature } = parameters;
  const teacher = await prepareTeacher(context);
  const lessons: Lessons = {
    train: await pictures('train', size),
    validation: imageCounts.validation > 0 ? await pictures('validation', size) : undefined,
    teacherLogits: teacher.logits,
  };
  report.picture('soft-targets', drawSoftTargets(teacher.logits, lessons.train.labels, classes, temperature));
  const plan: StudentPlan = { size, width, numClasses: classes.length, seed, input: base.input };
  const tf = await context.tf();
  const student = createStudent(tf, plan, 'linear');
  try {
    log(`The student has ${student.countParams()} weights; the base has ${base.parameterCount}.`);
    const epochs = await trainStudent(context, tf, student, lessons);
    reportEpochs(context, teacher, epochs);
    const sureness = await calibrate(tf, student, lessons);
    return {
      kind: 'whole-network',
      files: await publish(tf, student, plan, sureness),
      activation: 'softmax',
      chosen: { teacher: teacher.layer, epochs: epochs.length, temperature: sureness },
    };
  } finally {
    student.dispose();
  }
}

/** The teacher's accuracy stands in each row: it is what the student's is on its way to. */
function reportEpochs({ report }: Context, teacher: Teacher, epochs: readonly EpochRow[]): void {
  report.table('epochs', {
    title: 'The student beside its teacher',
    columns: ['Epoch', 'Training loss', 'Student’s validation accuracy', 'Teacher’s validation accuracy'],
    rows: epochs.map(({ loss, accuracy }, index) => [index + 1, loss, accuracy, teacher.accuracy]),
  });
}

/** The temperature at which the student is as sure as it is right; 1 where there are no validation pictures. */
async function calibrate(tf: TfWithLayers, student: Sequential, { validation }: Lessons): Promise<number> {
  if (validation === undefined) return 1;
  return fitTemperature(await scorePictures(tf, student, validation), validation.labels).temperature;
}

/** The student with a softmax at its end, as files. */
async function publish(
  tf: TfWithLayers,
  student: Sequential,
  plan: StudentPlan,
  temperature: number,
): Promise<ModelFile[]> {
  const published = createStudent(tf, plan, 'softmax');
  try {
    // What getWeights gives belongs to the student.
    published.setWeights(student.getWeights());
    tf.tidy(() => {
      const last = published.getLayer('classes');
      last.setWeights(last.getWeights().map((weight) => tf.div(weight, temperature)));
    });
    return await savePlainModel(tf, published);
  } finally {
    published.dispose();
  }
}
