/**
 * Gives tfjs-core its gradients. In Node the package itself brings none: those of the kernels are registered by tfjs'
 * layers library, which is loaded for nothing else.
 */
import '@tensorflow/tfjs-layers';
