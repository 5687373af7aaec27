/** What differs between the cards of the starters. */
export interface StarterFacts {
  title: string;
  license: string;
  size: string;
  range: string;
  paper: string;
  origin: string;
  tags: string[];
}

/** The model card of a starter: hub front matter, then where it comes from and what it is good for. */
export function starterCard(facts: StarterFacts): string {
  return `---
license: ${facts.license}
pipeline_tag: image-classification
library_name: tfjs
tags: [backbone, starter, imagenet, ${facts.tags.join(', ')}]
---

# ${facts.title}, a backbone

A convolutional network without a classifier: adapt it to classes of your own. It has no labels and classifies nothing as it is.

## Where it comes from

${facts.origin}

Architecture: ${facts.paper}

## Input

RGB pictures, ${facts.size} by default; larger and smaller sizes work too, since no layer pins them. Values: ${facts.range}.

## Limits

ImageNet photographs are mostly from the web and mostly Western. What a model adapted from this one does on other pictures has to
be measured, not assumed.
`;
}
