/**
 * Takes what a person must not see out of a message that code outside our control wrote: paths of this machine, stack
 * lines, and credentials in URLs.
 */
export function redact(message: string): string {
  return message
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n')
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1…@')
    .replaceAll(/(file:\/\/)?(?<![\w.:/])(?:\/[\w.@+~-]+){2,}\/?/g, (path) => {
      const name = path.replace(/\/$/, '').split('/').at(-1);
      return `…/${name}`;
    })
    .replaceAll(/\b[A-Za-z]:\\[^\s'"]+/g, '…')
    .trim();
}
