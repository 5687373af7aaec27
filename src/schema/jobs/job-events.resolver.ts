import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { ZooError } from '../../errors.js';
import type { JobEventRow } from '../../jobs/events/job-events.js';
import { loadJobs, logOrdering } from '../../jobs/load-jobs.js';
import { watchJobEvents } from '../../jobs/events/watch-job-events.js';
import { decodeCursor } from '../../zoo/pagination/cursor.js';
import type { GraphQLContext } from '../context.js';
import { fromNodeId } from '../node-id.js';
import { JobEvent, toJobEvent } from './job-event.type.js';

@Resolver()
export class JobEventsResolver {
  @Subscription(() => JobEvent, {
    description:
      'A job’s log as it is written: first what came after the cursor, then what comes, until the job has ended. After a broken connection subscribe again with the last cursor; nothing is missed or repeated.',
    subscribe: ({ args, context }) => followLog(args as JobEventsArguments, context as GraphQLContext),
  })
  jobEvents(
    @Arg('jobId', () => ID, { description: 'Id of the job.' }) _jobId: string,
    @Arg('after', () => String, {
      nullable: true,
      description: 'Go on after this cursor; from the beginning by default.',
    })
    _after: string | null,
    @Root() event: JobEventRow,
  ): JobEvent {
    return toJobEvent(event);
  }
}

interface JobEventsArguments {
  jobId: string;
  after?: string | null;
}

/** The checks come before the first event: the log of a job that is not visible never begins. */
async function followLog(
  { jobId, after }: JobEventsArguments,
  { zoo, principal }: GraphQLContext,
): Promise<AsyncIterable<JobEventRow>> {
  const id = fromNodeId('Job', jobId, 'jobId');
  const [job] = await loadJobs(zoo.database, principal, [id]);
  if (job === undefined)
    throw new ZooError('NOT_FOUND', 'There is no such job, or it is not visible to you.');
  const seen = after == null ? 0 : Number(decodeCursor(after, logOrdering, 'after')[0]);
  return watchJobEvents(zoo, id, seen);
}
