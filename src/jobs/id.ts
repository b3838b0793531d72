/** Ids of jobs: lower-case UUIDv7, so that they tell when a job was made and sort by it. */
import { v7 } from 'uuid';

export const newJobId = (): string => v7();
