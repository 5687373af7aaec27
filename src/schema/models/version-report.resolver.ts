import { GraphQLJSON } from 'graphql-scalars';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { TableCell } from '../../learning/reports/version-report.js';
import type { GraphQLContext } from '../context.js';
import { reportTablesByVersion } from './model-loaders.js';
import { VersionReportType } from './version-report.type.js';

@Resolver(() => VersionReportType)
export class VersionReportResolver {
  @FieldResolver(() => [[GraphQLJSON]], {
    nullable: 'itemsAndList',
    description: 'Rows of a table: text, a number or null in each cell. Null for a picture.',
  })
  async rows(
    @Root() report: VersionReportType,
    @Ctx() context: GraphQLContext,
  ): Promise<TableCell[][] | null> {
    if (report.kind === 'picture') return null;
    const tables = await reportTablesByVersion(context).load(report.versionId);
    return tables.find(({ name }) => name === report.name)?.rows ?? null;
  }
}
