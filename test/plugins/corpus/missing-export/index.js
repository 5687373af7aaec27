export const strategy = {};
