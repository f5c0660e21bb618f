/**
 * Postgres's text format -> the column types and values that Prisma's driver adapters (5.17) exchange.
 *
 * Knows type OIDs (pg_type.dat) and how each is written as text. Unknown types (enums, intervals, network addresses, names,
 * extensions) are passed on as text. Timestamps with a zone are converted to UTC, whatever zone the session is in.
 */
import { parse as parseArray } from 'postgres-array'

/** ColumnType of @prisma/driver-adapter-utils 5.17. Arrays are the element's number + 64, with gaps as listed below. */
export const ColumnType = Object.freeze({
  Int32: 0, Int64: 1, Float: 2, Double: 3, Numeric: 4, Boolean: 5, Character: 6, Text: 7, Date: 8, Time: 9, DateTime: 10,
  Json: 11, Enum: 12, Bytes: 13, Set: 14, Uuid: 15,
  Int32Array: 64, Int64Array: 65, FloatArray: 66, DoubleArray: 67, NumericArray: 68, BooleanArray: 69, CharacterArray: 70,
  TextArray: 71, DateArray: 72, TimeArray: 73, DateTimeArray: 74, JsonArray: 75, EnumArray: 76, BytesArray: 77, UuidArray: 78,
})

const same = (text) => text
const bytes = (text) => Array.from(Buffer.from(text.slice(2), 'hex'))
const money = (text) => text.replace(/[^0-9.-]/g, '')

/** OID -> [name in ColumnType, how its text is read]. */
const SCALARS = new Map([
  [16, ['Boolean', (text) => text === 't']],
  [17, ['Bytes', bytes]],
  [20, ['Int64', same]], [26, ['Int64', same]],
  [21, ['Int32', Number]], [23, ['Int32', Number]],
  [114, ['Json', same]], [3802, ['Json', same]],
  [700, ['Float', Number]], [701, ['Double', Number]],
  [790, ['Numeric', money]], [1700, ['Numeric', same]],
  [1082, ['Date', same]],
  [1083, ['Time', same]], [1266, ['Time', timeToUtc]],
  [1114, ['DateTime', same]], [1184, ['DateTime', timestampToUtc]],
  [2950, ['Uuid', same]],
])
const TEXT = ['Text', same]

/** OID of an array type -> OID of its element; an unknown array type comes through as text. */
const ARRAYS = new Map([
  [1000, 16], [1001, 17], [1016, 20], [1028, 26], [1005, 21], [1007, 23], [199, 114], [3807, 3802], [1021, 700], [1022, 701],
  [791, 790], [1231, 1700], [1182, 1082], [1183, 1083], [1270, 1266], [1115, 1114], [1185, 1184], [2951, 2950],
  [1002, 18], [1003, 19], [1009, 25], [1014, 1042], [1015, 1043], [1041, 869], [651, 650], [1040, 829], [143, 142],
])

const scalar = (oid) => SCALARS.get(oid) ?? TEXT

/** @returns {number} the ColumnType of a column with this type OID */
export function columnType(oid) {
  const element = ARRAYS.get(oid)
  return element === undefined ? ColumnType[scalar(oid)[0]] : ColumnType[`${scalar(element)[0]}Array`]
}

/** For `pg`'s `types` option: every value arrives as Prisma wants it, none as a JavaScript Date or parsed JSON. */
export const types = Object.freeze({
  getTypeParser(oid) {
    const element = ARRAYS.get(oid)
    if (element === undefined) return scalar(oid)[1]
    const read = scalar(element)[1]
    return (text) => parseArray(text, (item) => (item === null ? null : read(item)))
  },
})

const OFFSET = /([+-])(\d\d)(?::?(\d\d))?(?::(\d\d))?$/

/** Seconds east of UTC of the offset at the end of a timestamp, and the text before it. */
function splitOffset(text) {
  const found = OFFSET.exec(text)
  if (!found) return { local: text, seconds: 0 }
  const [whole, sign, hours, minutes, seconds] = found
  const size = Number(hours) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
  return { local: text.slice(0, -whole.length), seconds: sign === '-' ? -size : size }
}

/**
 * "2024-05-05 10:00:00.123456+02" -> "2024-05-05 08:00:00.123456". Microseconds are kept as they are.
 * "infinity" and years before Christ have no counterpart and stay as they are.
 */
export function timestampToUtc(text) {
  const { local, seconds } = splitOffset(text)
  if (seconds === 0) return local
  const [, date, time, fraction = ''] = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?$/.exec(local) ?? []
  if (!date) return text
  const shifted = new Date(Date.parse(`${date}T${time}Z`) - seconds * 1000)
  return `${shifted.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`
}

/** "10:00:00.5+02" -> "08:00:00.5" */
export function timeToUtc(text) {
  const { local, seconds } = splitOffset(text)
  if (seconds === 0) return local
  const [, hours, minutes, rest] = /^(\d\d):(\d\d):(\d\d.*)$/.exec(local) ?? []
  if (!hours) return text
  const day = 86400
  const whole = Math.trunc(Number(rest.slice(0, 2)))
  const at = (((Number(hours) * 3600 + Number(minutes) * 60 + whole - seconds) % day) + day) % day
  const two = (n) => String(n).padStart(2, '0')
  return `${two(Math.trunc(at / 3600))}:${two(Math.trunc((at % 3600) / 60))}:${two(at % 60)}${rest.slice(2)}`
}
