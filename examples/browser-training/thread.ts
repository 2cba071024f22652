// One thread of a training: it computes what `inThreads` hands it.

import { serve } from "unseen/threads";

serve(self);
