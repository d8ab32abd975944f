/** Which Trueup, and with which engine, a result was calculated: a run in the book says it, and `doctor` shows it. */
import type { Engine } from '../engine/engine.ts';
import product from '../../package.json' with { type: 'json' };

/** The version of the product, `0.1.0`. */
export const VERSION: string = product.version;

/** `trueup 0.1.0, DuckDB v1.5.5`. Results of different engine versions should be the same; where they are not, this tells them apart. */
export async function engineVersion(engine: Pick<Engine, 'versions'>): Promise<string> {
  const { engine: name } = await engine.versions();
  return `trueup ${VERSION}, ${name}`;
}
