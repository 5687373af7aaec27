/** Hits of each kind that a search considers. Beyond that a search word says too little to rank by. */
const maxHits = 2_000;

/**
 * `WITH hits (id, rank)`: the rows of `models` or `datasets` that a search text finds, by words of name, tags and card
 * and by parts of the name. Materialised and capped: without that the planner may walk the whole sort index looking for
 * a rare word (seconds on a million rows, against a fraction of a millisecond).
 *
 * The text is read as search engines do: words, "phrases", -excluded, OR. `owner/part` looks within an owner.
 *
 * @param seen visibility predicate over alias `m`; inside the cap, so that hidden rows neither count nor crowd out.
 * @param value adds a parameter and returns its placeholder.
 */
export function searchHits(
  table: 'models' | 'datasets',
  search: string,
  seen: string,
  value: (given: unknown) => string,
): string {
  const [, owner, rest] = /^([a-z0-9][a-z0-9._-]*)\/(.*)$/i.exec(search) ?? [undefined, undefined, search];
  const words = rest ?? '';
  const text = value(words);
  const part = value(`%${words.replace(/[\\%_]/g, '\\$&')}%`);
  const whole = value(words.toLowerCase());
  // What is excluded must be missing in both readings: "early" is a tag as it stands and "earli" in a card.
  const excluded = value((words.match(/(?<=^|\s)-\S+/g) ?? []).join(' '));
  const within =
    owner === undefined
      ? ''
      : `AND m.owner_id = (SELECT id FROM accounts WHERE name = ${value(owner.toLowerCase())})`;
  return `WITH found AS MATERIALIZED (
    (SELECT m.id, ts_rank(m.search, query)::double precision AS rank
       FROM ${table} m,
            (SELECT websearch_to_tsquery('simple', ${text}) || websearch_to_tsquery('english', ${text}) AS query) q
      WHERE m.search @@ query AND ${excludes(excluded)} AND ${seen} ${within} LIMIT ${maxHits})
    UNION ALL
    (SELECT m.id, CASE WHEN m.name = ${whole} THEN 2.0 ELSE 0.5 END::double precision AS rank
       FROM ${table} m WHERE m.name ILIKE ${part} AND ${seen} ${within} LIMIT ${maxHits})
  ), hits AS MATERIALIZED (SELECT id, max(rank) AS rank FROM found GROUP BY id)`;
}

/** True for every row where nothing is excluded: an empty query matches none, so it is asked for apart. */
function excludes(words: string): string {
  const each = ['simple', 'english'].map(
    (reading) => `m.search @@ websearch_to_tsquery('${reading}', ${words})`,
  );
  return `(${words} = '' OR (${each.join(' AND ')}))`;
}
