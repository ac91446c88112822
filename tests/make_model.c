/* make_model.c - writes a small trained model file, for the command line tests.
 * SPDX-License-Identifier: MIT
 *
 * Usage: make_model FILE. The model is the preset linear, trained on 2,000 of the built-in digits
 * by the int engine.
 */
#include <notch/train.h>

#include <stdio.h>
#include <string.h>

enum {
    IMAGES = 2000,
    STEPS = 200
};

static notch_status draw(notch_digits_split split, notch_dataset **dataset, notch_error *error)
{
    const notch_dataset sizes = {.name = "digits",
                                 .count = IMAGES,
                                 .channels = 1,
                                 .height = NOTCH_DIGITS_SIDE,
                                 .width = NOTCH_DIGITS_SIDE,
                                 .classes = NOTCH_DIGITS_CLASSES,
                                 .maximum = 255};
    const notch_status status = notch_dataset_create(&sizes, dataset, error);
    for (uint32_t i = 0; status == NOTCH_OK && i < IMAGES; i++) {
        (*dataset)->labels[i] = notch_digits_label(split, i);
        notch_digits_image(split, i, (*dataset)->images + (size_t)i * NOTCH_DIGITS_PIXELS);
    }
    return status;
}

static notch_status train(const char *path, notch_error *error)
{
    notch_dataset *images = NULL, *test = NULL;
    notch_trainer *trainer = NULL;
    notch_model model;
    bool finished;
    notch_train_options options = notch_train_options_default();
    options.engine = NOTCH_ENGINE_INT;
    options.threads = 1;
    options.steps = STEPS;
    notch_status status = draw(NOTCH_DIGITS_TRAIN, &images, error);
    if (status == NOTCH_OK) {
        status = draw(NOTCH_DIGITS_TEST, &test, error);
    }
    if (status == NOTCH_OK) {
        status = notch_model_preset(&model, "linear", (notch_shape){1, 28, 28}, 10, error);
    }
    if (status == NOTCH_OK) {
        status = notch_trainer_create(&model, &options, images, test, &trainer, error);
    }
    if (status == NOTCH_OK) {
        status = notch_trainer_run(trainer, NULL, &finished, error);
    }
    if (status == NOTCH_OK) {
        status = notch_checkpoint_write(notch_trainer_checkpoint(trainer), path, error);
    }
    notch_trainer_destroy(trainer);
    notch_dataset_destroy(images);
    notch_dataset_destroy(test);
    return status;
}

int main(int argc, char **argv)
{
    notch_error error = {NOTCH_OK, ""};
    if (argc != 2 || train(argv[1], &error) != NOTCH_OK) {
        (void)fprintf(stderr, "make_model: %s\n",
                      argc != 2 ? "usage: make_model FILE" : error.message);
        return 1;
    }
    return 0;
}
