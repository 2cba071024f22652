export { type CardParser, Catalogue, type CataloguedDataset, type NewDataset } from "./catalogue.ts";
