/** Codes by name, each with the HTTP status it answers as and what it means. */
export type ErrorCodeTable = Record<string, { httpStatus: number; meaning: string }>;
