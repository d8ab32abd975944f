/**
 * What a user can cause is a diagnostic: data with a code and a place, collected and returned
 * beside the result. What only we can cause is an assertion (`assert`), never a diagnostic.
 *
 * Every code stands here and nowhere else; `docs/errors.md` shows each one, and a test keeps
 * the two alike.
 */
export const CODES = {
  // plan files
  'plan.yaml': 'The file is not readable YAML',
  'plan.unknown_key': 'A key that the plan language does not have',
  'plan.not_built_yet': 'A key of the language that this version does not calculate yet',
  'plan.no_workspace': 'The folder has no trueup.yaml',
  'plan.cut_formula': 'A comma inside { } or [ ] cuts a formula or a number',
  'plan.duplicate_key': 'A key stands twice in one place',
  'plan.empty_value': 'A key without a value',
  'plan.wrong_shape': 'A value where a map or a list belongs, or the other way round',
  'plan.bad_value': 'A value that its key does not take',
  'plan.missing_key': 'A key that is needed is not there',
  'plan.no_name': 'A file with keys of a plan that does not name its plan',
  'plan.bad_name': 'A name that formulas could not say',
  'plan.two_meanings': 'One name for two things',
  'plan.bad_date': 'Text that is not a day of the calendar, or days in the wrong order',
  'plan.no_effective': 'A plan that does not say when it holds',
  'plan.template': 'A template that does not exist, or that stands where none can',
  'plan.for_each': 'A file with one plan a row that cannot be used',
  'plan.removes_nothing': 'Something is removed that is not there',
  'plan.amends_nothing': 'An amendment of a version that does not exist',
  'plan.versions_overlap': 'Two versions of a plan hold on the same days',
  'plan.versions_gap': 'Days between two versions of a plan on which none holds',
  'plan.bad_term': 'A term whose type, unit of time or value does not fit',
  'plan.unknown_term': 'A value for a term that the plan does not have',
  'plan.formula': 'A formula that cannot be read, or whose parts do not go together',
  'plan.unknown_name': 'A name that means nothing where it stands',
  'plan.cycle': 'Things that need each other: measures, states, kinds, tables, components, rounds of earnings',
  'plan.later_stage': 'A name that is known only after the place where it stands',
  'plan.measure': 'A measure that does not say what it counts',
  'plan.pay_form': 'A component with more than one form of pay, or a form without what it needs',
  'plan.table': 'A table whose kind, keys or rows do not fit its place',
  'plan.unit': 'A value in another unit than its place needs: money, percent, count',
  'plan.weights': 'Weights that do not add up to 100 %',
  'plan.gate': 'A condition of a gate that cannot be read as comparisons',
  'plan.state': 'A state that does not say what it follows',
  'plan.credit': 'A credit rule that does not say who, or how much',
  'plan.guardrail': 'A guardrail whose consequence cannot be read',
  'plan.two_rules': 'Two credit rules that say the same, or that together credit more than the whole',
  'plan.window': 'A window or a period that does not fit the others',
  'plan.release': 'A release or a take-back whose parts are not the whole, or contradict each other',
  'plan.settlement': 'A draw, a currency or an exchange rate that does not go with the rest of the plan',
  'plan.round': 'A rounding that is not a unit with a direction',
  'plan.exchange': 'A rate of exchange that is none, or that could convert the wrong money',
  'plan.unused': 'Something with a name that nothing reads',
  // what shows when plans meet people and facts
  'plan.paid_twice': 'Two plans that pay the same people for the same thing',
  'plan.no_term_value': 'A term that has no value for some payees',
  'plan.hierarchy_cycle': 'People who are above each other in a circle',
  'plan.too_many_digits': 'Numbers so large that the exact result could pass 38 digits',
  'test.bad': 'A test of a plan that cannot be read',
  // how files of a source become facts
  'source.missing_key': 'A source that lacks a key',
  'source.bad_field': 'A field that the kind does not have, or whose name cannot be used',
  'source.bad_type': 'A type of a field that does not exist, or a value of another type',
  'source.blank_field': 'A declared field that no source fills',
  'source.undeclared_kind': 'A kind whose fields nobody declares',
  'source.two_meanings': 'Two sources that read one kind in two ways',
  'source.bad_format': 'A format of a file that cannot be read',
  'source.unused_replace': 'Spellings for a column that nothing reads',
  // what is asked for on the command line
  'cli.unknown_name': 'A plan, payee, source, period or kind that does not exist',
  'cli.bad_option': 'An option with a value that it does not take',
  'cli.missing_option': 'An option that a command needs is not there',
  'cli.folder_in_use': 'A folder for something new holds something else',
  'cli.no_demo': 'The files of the demo company are not installed',
  'cli.unwritable': 'A file or folder cannot be read or written',
  // book of record
  'book.unreadable': 'The book cannot be opened, read or written',
  'book.not_a_book': 'The file is a database, but of something else',
  'book.damaged': 'The file of the book is damaged, or is not a database',
  'book.busy': 'Another process is writing the book',
  'book.full': 'The disk has no room for what shall be written',
  'book.newer': 'The book was written by a newer version',
  'book.other_step': 'The book was made with another text of a migration',
  // ledger
  'ledger.book_moved_on': 'Another run was applied since this one was calculated',
  'ledger.amount_too_large': 'An amount that the book does not hold',
  // files of a source
  'file.missing': 'A file of a source is not there',
  'file.unreadable': 'A file of a source cannot be read',
  'file.empty': 'A file has no header and no rows',
  'file.changed': 'A file was changed while it was being read',
  'file.web_page': 'A web page was saved in the place of a CSV file',
  'file.wrong_kind': 'The content is of another kind than the name says: a workbook, an archive, JSON, …',
  'file.gzip_damaged': 'A gzip file is cut off or damaged',
  'file.archive_limit': 'A gzip file unpacks to more than is allowed',
  'file.encoding': 'The text is not in the encoding that is declared or expected',
  'file.wrong_delimiter': 'The columns are separated by another delimiter',
  'file.delimiter_unclear': 'Two delimiters fit the header equally well',
  'file.duplicate_column': 'Two columns have the same name',
  'file.header_control': 'The name of a column holds a control character',
  'file.header_quote': 'Text follows a closing quote in the header',
  'file.header_limit': 'The header is too long or has too many columns',
  'file.open_quote': 'A quote is opened and never closed',
  // rows of a source
  'row.too_few_fields': 'A row has fewer fields than the header',
  'row.too_many_fields': 'A row has more fields than the header',
  'row.control_character': 'A value holds a control character',
  'row.text_after_quote': 'Text follows a closing quote',
  'row.too_long': 'A row is longer than is allowed',
  // engine and Parquet files
  'engine.cancelled': 'The work was stopped on request',
  'engine.memory': 'A calculation needs more memory than its limit',
  'engine.disk': 'The disk is full',
  'engine.locked': 'The store is in use by another process',
  'engine.store': 'The store or a file of the engine cannot be opened',
  'engine.folder': 'A file lies outside the folders that may be read and written',
  'engine.overflow': 'A number is larger than can be held exactly',
  'engine.table_differs': 'A table of the store has other columns than this version uses',
  'engine.died': 'The calculation process ended by itself',
  'engine.driver': 'The calculation engine could not be loaded',
  'engine.failed': 'A step of the calculation failed for another reason',
  'file.parquet_float': 'A column of a Parquet file holds floating point numbers',
  'file.parquet_unreadable': 'A Parquet file cannot be read',
  // cells and rows that an import reads
  'row.blank_id': 'A row without an id',
  'row.damaged_id': 'An id that a spreadsheet has turned into a rounded number',
  'row.blank_date': 'A fact without a date',
  'row.not_a_date': 'Text that is not a date in the form that the source declares',
  'row.blank_amount': 'A blank where an amount of money belongs',
  'row.not_a_number': 'Text that is not a plain number',
  'row.number_format': 'A number whose decimal mark is not certain',
  'row.too_many_decimals': 'A number with more decimals than can be kept exactly',
  'row.too_large': 'A number that is larger than any amount or quantity should be',
  'row.bad_rate': 'A rate of exchange that is 0 or below',
  'row.unknown_currency': 'A currency that is not in use, or is blank',
  'row.not_yes_no': 'A word that is neither yes nor no',
  'row.text_too_long': 'A text or an id that is longer than is allowed',
  'row.bad_list': 'A list of payees that cannot be read',
  'row.bad_share': 'A share of a list of payees that is not one, or shares above the whole',
  'row.reverses_itself': 'A fact that names itself as the one that it reverses',
  'row.ends_before_start': 'A dated row that ends before it begins',
  'row.id_conflict': 'One id with two contents in one file',
  'row.other_source': 'An id that another source of the same kind has given already',
  'row.unknown_payee': 'A fact that names a payee who is not among the people',
  'row.overlap': 'Two dated rows of one person or thing that hold on the same days',
  'row.circle': 'Somebody who is above himself in the hierarchy',
  // importing
  'import.missing_column': 'A column that a source reads is not in its file',
  'import.date_order': 'No date of a file is in the form that its source declares',
  'import.unknown_source': 'A source that the workspace does not have',
  'import.people_first': 'Facts that wait until the people can be read',
  // running plans
  'run.no_plans': 'A workspace without a plan',
  'run.no_facts': 'A run before anything was imported',
  'run.source_not_imported': 'A source of which nothing was ever imported',
  'run.over_credited': 'Facts that direct credit rules of a plan credit with more than the whole',
  'run.divided_by_zero': 'Facts that do not count because their value divides by 0',
  'run.no_rate': 'Facts that a plan does not count because their money has no rate of exchange',
  'run.other_currency': 'Facts that a plan does not count because of their currency',
  'run.store_replaced': 'Differences that only another store of facts can explain',
  // what a person asks of a run
  'explain.unknown_payee': 'A payee whom nobody is called',
  'explain.unknown_fact': 'A fact that has not been imported, or an id that facts of two kinds have',
  'explain.unknown_kind': 'A kind of fact that the workspace does not have',
  'explain.unknown_period': 'A period that the calendar or the pay does not have',
  'explain.unknown_plan': 'A plan that the workspace does not have',
  'explain.unknown_component': 'A component that the plans do not have',
  'explain.not_on_plan': 'A payee who is on no plan at the time that is asked for',
} as const;

export type Code = keyof typeof CODES;

export interface Diagnostic {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** path of the file as the user wrote it, relative to the workspace */
  readonly file: string;
  /** 1-based; 0 where the whole file is meant */
  readonly line: number;
  /** 1-based; 0 where the whole line is meant */
  readonly column: number;
  /** where in the document: `components.bookings.payout`; empty where there is none */
  readonly path: string;
  /** what is wrong, with the values in it; one sentence */
  readonly message: string;
  /** what to do; one sentence */
  readonly hint: string;
}

/** What a step gives back: its value, and what it has to say. `value` is absent where nothing usable came out. */
export interface Outcome<T> {
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}

/** For what only we can cause. The sentence says what should have held. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`Trueup is wrong here, not you: ${sentence}`);
}

/** For a part that an earlier step has put there or has checked. */
export function must<T>(value: T | null | undefined): T {
  assert(value !== undefined && value !== null, 'a part that an earlier step put there is there');
  return value;
}
