/**
 * Reads TypeScript just far enough for the tidy rules: what is code, what is comment, what is
 * string. TypeScript 7 has no parser to call, and the parsers of the test tools are not ours to
 * depend on. The three masks are as long as the source and keep its line ends, so that an offset
 * in one is the same place in all.
 */
export interface Scan {
  readonly text: string;
  /** code only: comments and the insides of strings and regular expressions are spaces */
  readonly code: string;
  /** comments only */
  readonly comments: string;
  /** the insides of strings and template texts, in order */
  readonly strings: readonly { readonly at: number; readonly text: string }[];
}

export interface Import { readonly at: number; readonly from: string; readonly typeOnly: boolean }

export function scan(text: string): Scan {
  const code = [...text.replace(/[^\n]/g, ' ')];
  const comments = [...code];
  const strings: { at: number; text: string }[] = [];
  /** depth of braces at which each open template goes on after its `}` */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  if (text.startsWith('#!')) at = endOfLine(text, 0);
  while (at < text.length) {
    const end = endOfToken(text, at, code, templates.at(-1) === depth);
    const kind = end.kind;
    if (kind === 'comment') copy(text, comments, at, end.to);
    else if (kind === 'string' || kind === 'template') {
      strings.push({ at: at + 1, text: text.slice(at + 1, end.to - end.closing) });
      copy(text, code, at, at + 1);
      copy(text, code, end.to - end.closing, end.to);
      if (templates.at(-1) === depth && text[at] === '}') templates.pop();
      if (end.closing === 2) templates.push(depth);
    } else {
      if (kind === 'code') copy(text, code, at, end.to);
      if (text[at] === '{') depth += 1;
      if (text[at] === '}') depth -= 1;
    }
    at = end.to;
  }
  return { text, code: code.join(''), comments: comments.join(''), strings };
}

/** Every import and re-export, dynamic ones with a literal name too. */
export function importsOf(source: Scan): Import[] {
  const found: Import[] = [];
  const pattern = /\b(?:import|export)\b(\s+type\b)?[^;'"`()=]*?\bfrom\s*['"]|\bimport\s*\(?\s*['"]/g;
  for (const match of source.code.matchAll(pattern)) {
    const start = match.index + match[0].length;
    const string = source.strings.find((candidate) => candidate.at === start);
    if (string) found.push({ at: match.index, from: string.text, typeOnly: match[1] !== undefined });
  }
  return found;
}

export function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

interface Token { readonly to: number; readonly kind: 'code' | 'comment' | 'string' | 'template' | 'regex'; readonly closing: number }

function endOfToken(text: string, at: number, code: readonly string[], resumesTemplate: boolean): Token {
  const here = text[at];
  const next = text[at + 1];
  if (here === '/' && next === '/') return { to: endOfLine(text, at), kind: 'comment', closing: 0 };
  if (here === '/' && next === '*') {
    const close = text.indexOf('*/', at + 2);
    return { to: close < 0 ? text.length : close + 2, kind: 'comment', closing: 0 };
  }
  if (here === "'" || here === '"') return { to: endOfQuoted(text, at + 1, here), kind: 'string', closing: 1 };
  if (here === '`' || (here === '}' && resumesTemplate)) return endOfTemplate(text, at + 1);
  if (here === '/' && startsRegex(code, at)) return { to: endOfRegex(text, at + 1), kind: 'regex', closing: 0 };
  return { to: at + 1, kind: 'code', closing: 0 };
}

/** From inside a template: to its end (closing 1) or to the next `${` (closing 2). */
function endOfTemplate(text: string, from: number): Token {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return { to: at + 1, kind: 'template', closing: 1 };
    else if (text[at] === '$' && text[at + 1] === '{') return { to: at + 2, kind: 'template', closing: 2 };
  }
  return { to: text.length, kind: 'template', closing: 0 };
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote || text[at] === '\n') return at + 1;
  }
  return text.length;
}

function endOfRegex(text: string, from: number): number {
  let inClass = false;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '\n' || (text[at] === '/' && !inClass)) return at + 1;
  }
  return text.length;
}

/** After a value a slash divides; after an operator, a bracket or a keyword it opens a regular expression. */
function startsRegex(code: readonly string[], at: number): boolean {
  const before = code.slice(Math.max(0, at - 40), at).join('').trimEnd();
  return before === '' || /[({[,;:=!&|?+\-*%<>~^}]$/.test(before) || /\b(return|typeof|case|in|of|else|do|await|yield)$/.test(before);
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function copy(text: string, into: string[], from: number, to: number): void {
  for (let at = from; at < to && at < text.length; at += 1) into[at] = text[at] ?? ' ';
}
