import { questionsMoveNoSumTooFar } from "../testing/drawn-questions-for-tests.ts";

questionsMoveNoSumTooFar(32);
