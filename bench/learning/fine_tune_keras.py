"""The fine-tune of fine-tune.mjs with Keras and tf.data, as its guides write it. Called by fine-tune.mjs."""

import json
import os
import resource
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf  # noqa: E402
from keras_network import mobilenet_v2  # noqa: E402

request = json.load(sys.stdin)
recipe, threads, splits = request["recipe"], request["threads"], request["splits"]
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
tf.keras.utils.set_random_seed(1)
SIZE = 224
classes = 1 + max(picture["label"] for picture in splits["train"])


def read(path, label):
    picture = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    return tf.image.resize(picture, (SIZE, SIZE)) / 255.0, label


def dataset(split, shuffled):
    """Decoded once and kept in memory."""
    pictures = splits[split]
    data = tf.data.Dataset.from_tensor_slices(
        ([picture["path"] for picture in pictures], [picture["label"] for picture in pictures])
    )
    data = data.map(read, num_parallel_calls=threads).cache()
    if shuffled:
        data = data.shuffle(len(pictures), seed=1)
    return data.batch(recipe["batchSize"]).prefetch(2)


base = mobilenet_v2(request["weights"], SIZE)
names = [layer.name for layer in base.layers]
for layer in base.layers[: names.index("block_13_expand")]:
    layer.trainable = False
pictures = tf.keras.Input((SIZE, SIZE, 3))
# training=False: batch normalisation uses its stored statistics, as the zoo's `frozen`.
features = tf.keras.layers.GlobalAveragePooling2D()(base(pictures, training=False))
model = tf.keras.Model(pictures, tf.keras.layers.Dense(classes, activation="softmax")(features))
steps = recipe["epochs"] * -(-len(splits["train"]) // recipe["batchSize"])
model.compile(
    optimizer=tf.keras.optimizers.Adam(
        tf.keras.optimizers.schedules.CosineDecay(recipe["learningRate"], steps)
    ),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(
    dataset("train", True), validation_data=dataset("validation", False), epochs=recipe["epochs"], verbose=0
)
_, accuracy = model.evaluate(dataset("test", False), verbose=0)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"accuracy": accuracy, "peakBytes": peak}))
