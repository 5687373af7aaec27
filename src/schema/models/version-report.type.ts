import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { ReportRow } from '../../zoo/models/load-reports.js';

export const ReportKind = { TABLE: 'table', PICTURE: 'picture' } as const;
registerEnumType(ReportKind, {
  name: 'ReportKind',
  description: 'What a report is.',
  valuesConfig: {
    TABLE: { description: 'Columns and rows.' },
    PICTURE: { description: 'A PNG file.' },
  },
});

@ObjectType('VersionReport', {
  description:
    'A table or picture that a strategy shows with the version it made. It is the strategy’s word; the evaluation is the zoo’s.',
  simpleResolvers: true,
})
export class VersionReportType implements ReportRow {
  versionId: string;
  @Field(() => String, { description: 'Unique in the version: a-z, 0-9 and dashes.' })
  name: string;
  @Field(() => String, { description: 'Title, for people.' })
  title: string;
  @Field(() => ReportKind, { description: 'Whether it is a table or a picture.' })
  kind: ReportRow['kind'];
  @Field(() => [String], { nullable: true, description: 'Names of a table’s columns; null for a picture.' })
  columns: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'What a picture shows, for those who do not see it; null for a table.',
  })
  alt: string | null;
  @Field(() => String, {
    description:
      'Where to GET it, relative to this server: the PNG file of a picture, the JSON file of a table. Send your token along.',
  })
  url: string;
}
