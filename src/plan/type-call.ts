/** The types of calls: functions by the table of `formula-functions.ts`, tables by what they are read by. */
import { FUNCTIONS, isFunction } from './formula-functions.ts';
import type { FunctionName, Place, Signature } from './formula-functions.ts';
import { DATE, NUMBER, TEXT, YES_NO, commonType, described, fits, freedomOf, isNumeric, settle, sharedPlaces, shown, typeName } from './formula-units.ts';
import type { Formula, Type, Typed } from './formula.ts';
import { asPercent, comparable, writable } from './type-operation.ts';
import type { Checker } from './formula-scope.ts';

type Call = Extract<Formula, { kind: 'call' }>;
type TypedCall = Extract<Typed, { kind: 'call' }>;

/** The caller has noted a problem already where the name is neither a function nor a table. */
export function typeCall(c: Checker, formula: Call, args: readonly Typed[]): Typed | undefined {
  if (!isFunction(formula.name)) return typeTableCall(c, formula, args);
  const name = formula.name;
  const signature: Signature = FUNCTIONS[name];
  const places = signature.places(args.length);
  if (places === undefined) {
    return c.problem(formula.at, `\`${name}\` takes ${signature.takes}, and has ${args.length} here.`, `Write it like this: ${signature.example}.`);
  }
  const [first] = args;
  if (name === 'count' && (first?.kind !== 'name' || c.scope.isList?.(first.name) !== true)) {
    return c.problem(formula.at, '`count` counts the entries of a list, which only fields of type payees and splits are.', 'To count facts, use a measure: { count: meeting }.');
  }
  const settled = places.map((place, i) => typeArgument(c, name, place, args[i] as Typed));
  if (!settled.every((arg) => arg !== undefined)) return undefined;
  const cased = places.includes('case') ? settleCases(c, places, settled) : settled;
  if (cased === undefined) return undefined;
  const call: TypedCall = { kind: 'call', name, args: cased, type: NUMBER, at: formula.at };
  const shared = sharedPlaces(call).map((i) => cased[i] as Typed);
  if (shared.length > 0) return typeShared(c, call, places, shared);
  return { ...call, type: resultType(signature, cased) };
}

function resultType(signature: Signature, args: readonly Typed[]): Type {
  switch (signature.gives) {
    case 'number': return NUMBER;
    case 'date': return DATE;
    case 'text': return TEXT;
    case 'yes_no': return YES_NO;
    case 'same': case 'term': return args[0]?.type ?? NUMBER;
  }
}

/** One value in its place; undefined with a problem where it does not go there. */
function typeArgument(c: Checker, name: FunctionName, place: Place, arg: Typed): Typed | undefined {
  switch (place) {
    case 'any': case 'same': case 'case': return arg;
    case 'writable': return writable(c, arg) ? arg : undefined;
    case 'ordered': return isNumeric(arg.type) || arg.type.kind === 'date' ? arg : notThere(c, name, 'numbers, money or dates', arg);
    case 'amount': return isNumeric(arg.type) ? arg : notThere(c, name, 'numbers or money', arg);
    case 'unit': return typeUnit(c, arg);
    case 'term': return arg.kind === 'name' && arg.ref.kind === 'term' ? arg
      : c.problem(arg.at, `${shown(arg)} is not a term, and \`${name}\` takes the name of one.`, `Only terms are shared out over time: ${FUNCTIONS[name].example}.`);
    case 'number': return fits(arg, NUMBER, true) ? settle(arg, NUMBER) : notThere(c, name, 'a number', arg);
    case 'date': return arg.type.kind === 'date' ? arg : notThere(c, name, 'a date', arg);
    case 'text': return arg.type.kind === 'text' ? arg : notThere(c, name, 'text', arg);
    case 'yes_no': return arg.type.kind === 'yes_no' ? arg : notThere(c, name, 'a condition', arg);
  }
}

function notThere(c: Checker, name: FunctionName, wanted: string, arg: Typed): undefined {
  const inside = shown(arg).slice(1, -1);
  return c.problem(arg.at, `${described(arg)}, and \`${name}\` takes ${wanted} there.`,
    wanted === 'a date' && arg.kind === 'text' ? 'Write a date without quotes: 2026-07-01.'
      : wanted === 'a date' && arg.type.kind === 'text' ? `Turn the text into a date: date(${inside}).`
        : name === 'date' && arg.type.kind === 'date' ? 'It is a date already: leave date( ) out.'
          : wanted === 'a condition' ? `Compare it: ${inside} ${arg.type.kind === 'text' ? '= "…"' : '> 0'}, or ask known(${inside}).`
            : `Write it like this: ${FUNCTIONS[name].example}.`);
}

/** `round(amount, 0.01)`: a literal above zero, or any number of the unit of the amount. */
function typeUnit(c: Checker, arg: Typed): Typed | undefined {
  if (!isNumeric(arg.type)) return notThere(c, 'round', 'a number', arg);
  const positive = arg.kind !== 'number' || arg.value.n > 0n;
  const negated = arg.kind === 'op' && arg.op === 'negate';
  if (positive && !negated) return arg;
  return c.problem(arg.at, `${shown(arg)} is not a step to round to.`, 'Write a step above zero: round(amount, 0.01) is to the cent, round(amount, 100) to the hundred.');
}

/** The cases of `switch` compare with its first value. */
function settleCases(c: Checker, places: readonly Place[], args: readonly Typed[]): readonly Typed[] | undefined {
  const at = places.flatMap((place, i) => (place === 'case' ? [i] : []));
  const compared = comparable(c, args[0] as Typed, at.map((i) => args[i] as Typed));
  if (compared === undefined) return undefined;
  return args.map((arg, i) => (i === 0 ? compared[0] as Typed : at.includes(i) ? compared[1 + at.indexOf(i)] as Typed : arg));
}

function typeShared(c: Checker, call: TypedCall, places: readonly Place[], shared: readonly Typed[]): Typed | undefined {
  const common = commonType(shared, true);
  if ('unlike' in common) {
    const [a, b] = common.unlike;
    const percent = a.type.kind === 'percent' || b.type.kind === 'percent';
    const literal = percent ? [a, b].find((part) => part.kind === 'number' && part.written === 'number') : undefined;
    return c.problem({ start: a.at.start, end: b.at.end }, `${described(a)} and ${described(b)}: \`${call.name}\` gives one or the other, and they are not alike.`,
      literal?.kind === 'number' ? `Write the number as a percent: ${asPercent(literal)}.` : 'Give all of them one type: money (1_000), a percent (5%), a factor (1.5x), a date or text.');
  }
  const inShared = sharedPlaces(call);
  const args = call.args.map((arg, i) => (inShared.includes(i) ? settle(arg, common.type) : places[i] === 'unit' && freedomOf(arg) !== undefined ? settleUnit(arg, common.type) : arg));
  const unit = args.find((arg, i) => places[i] === 'unit' && arg.type.kind !== common.type.kind);
  if (unit !== undefined) return c.problem(unit.at, `${described(unit)}, and what is rounded is ${typeName(common.type)}.`, 'Write the step in the same unit: round(amount, 0.01), round(share, 0.1%).');
  return { ...call, args, type: common.type };
}

function settleUnit(unit: Typed, type: Type): Typed {
  return fits(unit, type, false) || type.kind === 'percent' ? settle(unit, type) : unit;
}

function typeTableCall(c: Checker, formula: Call, args: readonly Typed[]): Typed | undefined {
  const read = c.scope.table?.(formula.name)?.(args, c, formula);
  return read && { kind: 'read', name: formula.name, called: true, ...read, at: formula.at };
}
