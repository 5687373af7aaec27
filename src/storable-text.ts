/**
 * Text of code outside our control as the database can hold it. PostgreSQL refuses a NUL and half of a surrogate pair: both
 * become `�`. A message that quotes bytes may have them, and must not cost the job that it is about.
 */
export function storableText(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\u{FFFD}');
}
