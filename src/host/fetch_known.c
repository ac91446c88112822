/* fetch_known.c - where the known data sets can be downloaded, and in which files.
 * SPDX-License-Identifier: MIT
 *
 * Mirrors are tried in this order: the makers' own place first where it has HTTPS and lasts. Sizes
 * and SHA-256 are those of the makers' files, of which the mirrors have copies.
 */
#include "host/fetch_known.h"

#include <stddef.h>
#include <string.h>

static const notch_fetch_source known[] = {
    {.name = "mnist",
     .mirrors = {"https://storage.googleapis.com/cvdf-datasets/mnist/",
                 "https://ossci-datasets.s3.amazonaws.com/mnist/"},
     .files = {{"train-images-idx3-ubyte.gz",
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422},
               {"train-labels-idx1-ubyte.gz",
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881},
               {"t10k-images-idx3-ubyte.gz",
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877},
               {"t10k-labels-idx1-ubyte.gz",
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542}}},
    {.name = "fashion-mnist",
     .mirrors = {"https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
                 "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/"
                 "fashion/",
                 "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"},
     .files = {{"train-images-idx3-ubyte.gz",
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26421880},
               {"train-labels-idx1-ubyte.gz",
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29515},
               {"t10k-images-idx3-ubyte.gz",
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4422102},
               {"t10k-labels-idx1-ubyte.gz",
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5148}}},
    {.name = "cifar10",
     .mirrors = {"https://www.cs.toronto.edu/~kriz/",
                 "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/"},
     .files = {{"cifar-10-binary.tar.gz",
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170052171}},
     .archive = true},
    {.name = "optdigits",
     .mirrors = {"https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/"},
     .files = {{"optdigits.tra", NULL, 563639}, {"optdigits.tes", NULL, 264712}}},
};

const notch_fetch_source *notch_fetch_known(const char *name)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].name, name) == 0) {
            return &known[i];
        }
    }
    return NULL;
}
