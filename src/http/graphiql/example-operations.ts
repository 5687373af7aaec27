/** What GraphiQL opens with, one tab each. A test runs every one as it stands, on an empty zoo and on a full one. */
export const exampleOperations: string[] = [
  `# Welcome to the zoo. Press the play button.
# To change things or see private ones, put your token into the Headers tab below.
query BrowseModels {
  models(first: 10, orderBy: UPDATED) {
    totalCount
    nodes {
      id
      owner { name }
      name
      task
      license
      tags
      latestVersion { number parameterCount metrics { name value } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
];
