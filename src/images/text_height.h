// How tall the smallest text of an image is, so that a smaller image can still be read.
//
//   a screenshot of 16-pixel type  ->  12 (its capitals)
//   a photograph                   ->  0
//
// Text is a run of rows with steps between dark and light, as tall as its letters, between rows without; a third of its
// rows at least cross several letters. Runs are looked for in strips of 96 columns, so that columns of text beside
// pictures count. The smallest height is taken that a twentieth of them, and three, do not exceed: runs of small
// letters alone are lower than capitals, which errs on the side of leaving the image as it is. O(pixels), integers.
#pragma once

#include "images/pixels.h"

namespace headroom::images {

// Of an image of one channel; 0: no text was found.
int text_height(const Pixels& luma);

}  // namespace headroom::images
