/** What GraphiQL opens with, one tab each. A test runs every one as it stands, on an empty zoo and on a full one. */
export const exampleOperations: string[] = [
  `# Welcome to the zoo. Press the play button, or Ctrl-Enter.
# To change things or see private ones, put your
# token into the Headers tab below.
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
      latestVersion {
        number
        parameterCount
        metrics { name value }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# Words, "phrases", -excluded. Filters must all hold.
query FindSmallNetworks {
  models(
    filter: {
      search: "mobilenet OR efficientnet"
      task: "image-classification"
      parameterCount: { max: 10000000 }
    }
    orderBy: PARAMETERS
  ) {
    nodes {
      owner { name }
      name
      license
      latestVersion { parameterCount sizeBytes }
    }
  }
}
`,
  `# What is in a model: its input, where it can be cut,
# its files, how it did, and where it came from.
query LookInside {
  models(first: 1) {
    nodes {
      name
      card
      aliases { name }
      latestVersion {
        id
        number
        manifest {
          input { height width channels range }
          inputSizes { pinned height width pinnedBy }
          labels
          cutPoints { layer outputShape blockBoundary }
        }
        files { path sizeBytes sha256 url }
        evaluation {
          accuracy
          accuracyInterval { low high }
          perClass { class imageCount precision recall f1 }
          confusion
        }
        reports { name title kind url }
        parents {
          relation
          strategy
          parameters
          parent { number model { name } }
        }
        children(first: 5) {
          nodes { strategy child { number model { name } } }
        }
      }
    }
  }
}
`,
  `# How models can be adapted here, and what each way may be told.
query Strategies {
  strategies {
    name
    version
    summary
    parametersSchema
  }
}
`,
  `# Who you are to the zoo. Null until your token
# is in the Headers tab.
query WhoAmI {
  viewer {
    account { name }
    role
    scopes
    tokens { name prefix scopes lastUsedAt }
  }
}
`,
  `# A mutation answers its payload or a Failure that says
# why not. It needs your token in the Headers tab;
# without one you see what a Failure looks like.
mutation CreateModel {
  createModel(
    input: {
      name: "my-first-model"
      license: "apache-2.0"
      tags: ["example"]
      idempotencyKey: "graphiql-example"
    }
  ) {
    ... on CreateModelPayload {
      model { id name visibility }
    }
    ... on Failure {
      code
      message
      problems { path message }
    }
  }
}
`,
];
