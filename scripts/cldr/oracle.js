// Asks ICU, by the Intl objects of Node.js, how locales write numbers and so on. The first
// argument is a list of locales, the second one of dialects that are asked for less. Prints an
// object: for each locale, rows of strings, of which the first says what is asked and the last
// is the answer; and "dialects", where each row has the tag before these.

if (!process.versions.cldr.startsWith('48.')) {
  throw new Error('this Node.js has CLDR ' + process.versions.cldr);
}
const [tags, dialects] = process.argv.slice(1).map((list) => list.split(' '));
const answers = {};

// rotate takes some values of a list, others for each locale.
function rotate(list, from, count) {
  return Array.from({ length: count }, (_, i) => list[(from + i) % list.length]);
}

const decimals = ['0.5', '1.25', '0.125', '2.5', '3.5', '1234.5', '9999.9996', '12345.678', '0.0005', '0.0015', '-0.75', '-98765.4321',
  '1234567.891', '0.1', '100.01', '4.0005'];
const amounts = ['0', '1', '-1', '0.005', '0.015', '1234.5', '-1234.56', '1000000', '99.995', '12345678.9'];
const codes = ['EUR', 'USD', 'JPY', 'GBP', 'CHF', 'INR', 'KWD', 'BRL', 'CNY', 'SEK', 'PLN', 'XAF', 'CLF', 'ILS', 'EGP', 'XXX', 'VND', 'CAD', 'MXN', 'HUF'];
const compacts = ['0', '0.012345', '1.25', '12.5', '99.5', '999', '999.5', '1000', '1234', '1250', '9999', '12345', '99950', '123456', '999999',
  '1000000', '-1234567', '12345678', '987654321', '1000000000', '12345678901', '123456789012', '1e12', '12e13', '123456e12', '-1500', '2000000'];
const days = ['2026-11-30', '2026-01-05', '2024-02-29', '1999-12-31', '2001-09-09', '1970-06-01', '9999-03-14', '0999-07-22', '2030-10-17', '2026-05-02',
  '2026-08-15', '2025-04-19'];
const times = ['00:00:00', '00:05:09', '04:30:00', '05:00:00', '07:59:59', '09:07:03', '11:59:59', '12:00:00', '12:30:00', '13:00:00', '18:15:20', '19:00:00',
  '23:59:59'];

function numbers(tag, k, add) {
  const format = (options, text) => new Intl.NumberFormat(tag, options).format(text);
  for (const n of ['0', '1', '12', '999', '1000', '-1234', '10000', '123456', '-1234567', '9007199254740993', ...rotate(decimals, 5 * k, 6)]) {
    add('number', n, '0', '3', format({ roundingMode: 'halfEven' }, n));
  }
  for (const n of rotate(decimals, 3 * k, 4)) {
    add('number', n, '2', '2', format({ minimumFractionDigits: 2, maximumFractionDigits: 2, roundingMode: 'halfEven' }, n));
  }
  for (const n of ['0.256', '12', '-0.5', ...rotate(decimals, k, 2)]) {
    add('percent', n, '0', '1', format({ style: 'percent', maximumFractionDigits: 1, roundingMode: 'halfEven' }, n));
  }
  for (const [i, currency] of ['EUR', 'USD', ...rotate(codes, 4 * k, 8)].entries()) {
    const n = amounts[(k + i) % amounts.length];
    add('currency', n, currency, format({ style: 'currency', currency, roundingMode: 'halfEven' }, n));
  }
  for (const n of ['1234', '12345', '-1234567', '999999', ...rotate(compacts, 7 * k, 10)]) {
    add('compact', n, format({ notation: 'compact', roundingMode: 'halfEven' }, n));
  }
  if (new Intl.NumberFormat(tag).resolvedOptions().numberingSystem !== 'latn') {
    for (const n of ['-1234567.5', '0.25']) {
      add('latin', n, '0', '3', new Intl.NumberFormat(tag + '-u-nu-latn').format(n));
    }
  }
  const plurals = new Intl.PluralRules(tag);
  const ordinals = new Intl.PluralRules(tag, { type: 'ordinal' });
  for (const n of [0, 1, 2, 3, 11, 21, 101, 1000000]) {
    add('plural', String(n), plurals.select(n));
    add('ordinal', String(n), ordinals.select(n));
  }
}

function dates(tag, k, add) {
  const format = (options, day, time) =>
    new Intl.DateTimeFormat(tag + '-u-ca-gregory', { timeZone: 'UTC', ...options }).format(new Date(day + 'T' + (time ?? '00:00:00') + 'Z'));
  for (const style of ['full', 'long', 'medium', 'short']) {
    for (const day of rotate(days, 3 * k, 4)) {
      add('date', day, style, format({ dateStyle: style }, day));
    }
  }
  for (const day of rotate(days, 5 * k, 3)) {
    add('date', day, 'year-month', format({ year: 'numeric', month: 'long' }, day));
    add('date', day, 'month-day', format({ month: 'long', day: 'numeric' }, day));
  }
  for (const style of ['medium', 'short']) {
    for (const time of style === 'short' ? times : rotate(times, 3 * k, 3)) {
      add('time', time, style, format({ timeStyle: style }, '2026-11-30', time));
    }
  }
  for (const [i, style] of ['full', 'long', 'medium', 'short'].entries()) {
    const day = days[(k + i) % days.length];
    const time = times[(k + i) % times.length];
    add('datetime', day + ' ' + time, style, 'short', format({ dateStyle: style, timeStyle: 'short' }, day, time));
  }
  for (let month = 1; month <= 12; month++) {
    const day = '2026-' + String(month).padStart(2, '0') + '-01';
    add('month', String(month), 'wide', format({ month: 'long' }, day));
    add('month', String(month), 'abbreviated', format({ month: 'short' }, day));
  }
  for (let day = 1; day <= 7; day++) { // 1 February 2026 is a Sunday
    add('weekday', String(day - 1), 'wide', format({ weekday: 'long' }, '2026-02-0' + day));
    add('weekday', String(day - 1), 'abbreviated', format({ weekday: 'short' }, '2026-02-0' + day));
  }
  add('firstday', String(new Intl.Locale(tag).getWeekInfo().firstDay % 7));
  add('dir', new Intl.Locale(tag).getTextInfo().direction);
}

function names(tag, k, add) {
  const display = new Intl.DisplayNames(tag, { type: 'language' });
  for (const other of [tag, ...rotate(tags, 11 * k, 5)]) {
    add('name', other, display.of(other));
  }
}

const items = ['Anna', 'Ida', 'Hierro', 'Hilda', 'Otto', '8', '11', 'Ho', 'דן', '世界'];
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'meter', 'kilometer', 'celsius', 'percent', 'second', 'minute', 'hour', 'day', 'week',
  'month', 'year'];
const counts = ['0', '1', '2', '3', '5', '11', '21', '100', '1000', '1000000', '1.5', '0.5', '-1', '-2.25', '1.0'];

function words(tag, k, add) {
  const auto = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  const always = new Intl.RelativeTimeFormat(tag);
  for (const unit of units.slice(9)) {
    for (const n of unit === 'day' ? [-2, -1, 0, 1, 2] : [-1, 0, 1]) {
      add('relative', String(n), unit, 'auto', auto.format(n, unit));
    }
    for (const n of rotate([-1, 1, -2, 2, -3, 3, -5, 5, -11, 11, -21, 21, -100, 1000, -12345], 2 * k, 4)) {
      add('relative', String(n), unit, 'always', always.format(n, unit));
    }
  }
  for (const type of ['conjunction', 'disjunction']) {
    const list = new Intl.ListFormat(tag, { type });
    for (let n = 0; n <= 4; n++) {
      const some = rotate(items, 3 * k + n, n);
      add('list', type, ...some, list.format(some));
    }
  }
  for (const [i, unit] of units.entries()) {
    for (const unitDisplay of ['long', 'short']) {
      const format = new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay, roundingMode: 'halfEven' });
      for (const n of rotate(counts, 4 * k + 3 * i, 3)) {
        add('unit', n, unit, unitDisplay, format.format(n));
      }
    }
  }
}

for (const [k, tag] of tags.entries()) {
  answers[tag] = [];
  const add = (...row) => answers[tag].push(row);
  numbers(tag, k, add);
  dates(tag, k, add);
  names(tag, k, add);
  words(tag, k, add);
}
function dialect(tag, add) {
  const format = (options, n) => new Intl.NumberFormat(tag, options).format(n);
  add('number', '-1234567.5', '0', '3', format({}, '-1234567.5'));
  add('number', '1234.5', '2', '2', format({ minimumFractionDigits: 2 }, '1234.5'));
  add('percent', '0.5', '0', '1', format({ style: 'percent' }, '0.5'));
  for (const currency of ['EUR', 'USD', 'MXN']) {
    add('currency', '-1234.5', currency, format({ style: 'currency', currency }, '-1234.5'));
  }
  add('compact', '1250000', format({ notation: 'compact', roundingMode: 'halfEven' }, '1250000'));
  add('unit', '2', 'hour', 'short', format({ style: 'unit', unit: 'hour', unitDisplay: 'short' }, 2));
  const date = (options) => new Intl.DateTimeFormat(tag + '-u-ca-gregory', { timeZone: 'UTC', ...options }).format(new Date('2026-01-05T15:04:05Z'));
  for (const style of ['full', 'medium', 'short']) {
    add('date', '2026-01-05', style, date({ dateStyle: style }));
  }
  add('time', '15:04:05', 'short', date({ timeStyle: 'short' }));
  add('datetime', '2026-01-05 15:04:05', 'long', 'short', date({ dateStyle: 'long', timeStyle: 'short' }));
  add('list', 'conjunction', 'a', 'b', 'c', new Intl.ListFormat(tag).format(['a', 'b', 'c']));
  add('firstday', String(new Intl.Locale(tag).getWeekInfo().firstDay % 7));
}

answers.dialects = [];
for (const tag of dialects) {
  dialect(tag, (...row) => answers.dialects.push([tag, ...row]));
}
console.log(JSON.stringify(answers));
