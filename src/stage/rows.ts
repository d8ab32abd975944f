/** A cell of a row that goes to an engine: 32-bit integers are numbers, wider ones bigints. */
export type Cell = bigint | number | string | boolean | null;
