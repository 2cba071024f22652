export {
  addressInvalid,
  addressText,
  connectionOf,
  isPlainName,
  type PostgresAddress,
  parsePostgresAddress,
} from "./postgres-address.ts";
export { failing, PostgresFailed, whatToDo } from "./postgres-failed.ts";
