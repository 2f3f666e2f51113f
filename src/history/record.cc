#include "history/record.h"
