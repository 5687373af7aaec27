/** A share as people read it: 0.613 as `61.3 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
