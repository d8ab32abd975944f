/** Which Trueup, and with which engine, a result was calculated: a run in the book says it, and `doctor` shows it. */
import type { Engine } from '../engine/engine.ts';

/** The version of the product: that of package.json, to which a test holds it. */
export const VERSION = '0.1.0';

/** `trueup 0.1.0, DuckDB v1.5.5`. Different versions should give the same results; where they do not, this tells the runs apart. */
export async function engineVersion(engine: Pick<Engine, 'versions'>): Promise<string> {
  const { engine: name } = await engine.versions();
  return `trueup ${VERSION}, ${name}`;
}
