export { translateSql } from "./translate-sql.ts";
