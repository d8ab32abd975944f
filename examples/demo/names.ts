/** Words that the demo company is made of. None of them means a real person or company. */

export const COMPANY = 'Quillmoor';

export const GIVEN_NAMES: readonly string[] = [
  'Ada', 'Amir', 'Ana', 'Arjun', 'Astrid', 'Bruno', 'Carla', 'Chidi', 'Clara', 'Daniel', 'Elif', 'Emil', 'Farah', 'Felix', 'Grace',
  'Hana', 'Hugo', 'Ines', 'Ivan', 'Jonas', 'Julia', 'Kofi', 'Lena', 'Leo', 'Lucia', 'Marco', 'Maya', 'Mei', 'Milan', 'Nadia',
  'Noah', 'Olga', 'Omar', 'Pablo', 'Priya', 'Rosa', 'Samir', 'Tara', 'Tomas', 'Vera', 'Wei', 'Yara', 'Zoe',
];

export const FAMILY_NAMES: readonly string[] = [
  'Abara', 'Adler', 'Almeida', 'Bakker', 'Banerjee', 'Becker', 'Bianchi', 'Borg', 'Brandt', 'Castillo', 'Chen', 'Costa', 'Dahl',
  'Delgado', 'Dubois', 'Eriksen', 'Fischer', 'Fontana', 'Garza', 'Haddad', 'Hansen', 'Hoffman', 'Ibarra', 'Ito', 'Jensen',
  'Kapoor', 'Keller', 'Kowal', 'Larsen', 'Lindgren', 'Lopez', 'Marsh', 'Mbeki', 'Mendes', 'Moreau', 'Nakamura', 'Novak',
  'Okafor', 'Olsen', 'Ortega', 'Park', 'Patel', 'Pereira', 'Quinn', 'Rahman', 'Reyes', 'Rossi', 'Sato', 'Schmidt', 'Silva',
  'Sorensen', 'Tanaka', 'Toure', 'Vargas', 'Visser', 'Weber', 'Wolff', 'Yilmaz', 'Zhang', 'Zielinski',
];

export const POD_NAMES: readonly string[] = [
  'Aspen', 'Birch', 'Cedar', 'Cypress', 'Hawthorn', 'Juniper', 'Larch', 'Maple', 'Alder', 'Hazel', 'Linden', 'Rowan',
];

/** Two halves of an account's name: 30 times 20 is 600 names, each once. */
export const ACCOUNT_STEMS: readonly string[] = [
  'Amberlock', 'Bluefen', 'Brackwater', 'Cinderhill', 'Copperline', 'Dovecot', 'Eastmere', 'Fallowfield', 'Fernbank', 'Glasswing',
  'Greyhollow', 'Hartsbridge', 'Ironbark', 'Kestrelton', 'Lanternfield', 'Marblegate', 'Nettlecombe', 'Oakenshore', 'Pebblebrook',
  'Pinecrest Bay', 'Quarrystone', 'Ravensmoor', 'Saltmarsh', 'Silverfen', 'Thornbury Vale', 'Umberfield', 'Westhaven', 'Whitlock Green',
  'Willowmere', 'Yarrowfield',
];
export const ACCOUNT_ENDINGS: readonly string[] = [
  'Airlines', 'Analytics', 'Bank', 'Biotech', 'Chemicals', 'Energy', 'Foods', 'Freight', 'Health', 'Hotels', 'Insurance', 'Labs',
  'Logistics', 'Machines', 'Media', 'Metals', 'Motors', 'Retail', 'Telecom', 'Textiles',
];

export const PRODUCTS: readonly { readonly name: string; readonly family: string; readonly since: string }[] = [
  { name: 'Quill Core', family: 'Platform', since: '2018-03-01' },
  { name: 'Quill Connect', family: 'Platform', since: '2020-09-01' },
  { name: 'Quill Insights', family: 'Analytics', since: '2023-05-01' },
  { name: 'Quill Shield', family: 'Security', since: '2025-02-01' },
];
