export { translateOrWantKeys, translateSql } from "./translate-sql.ts";
