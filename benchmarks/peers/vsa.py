"""Vector-symbolic encodings of the tree at d floats, in NumPy.

s(object) = key of its module * P x + sum over its inputs of position k * s(input k)

P has orthonormal columns, keys and positions are drawn so that * is undone exactly, and the product
of keys along an object's path is computed once, as the sketcher keeps its columns: each encoding at
its best. Both maps are linear; unbinding an object and projecting back is their adjoint.
"""

import numpy as np
from scipy import fft
from scipy.sparse.linalg import LinearOperator, lsmr

import trees


def projection(rng, d):
    q, _ = np.linalg.qr(rng.standard_normal((d, trees.ATTRIBUTES)))
    return np.ascontiguousarray(q, dtype=np.float32)


class Hrr:
    """Holographic reduced representations: circular convolution, keys with spectra of magnitude 1
    (Plate 2003, section 3.6.5), for which the approximate inverse is the exact one."""

    name = "HRR"

    def __init__(self, rng, d):
        self.d = d
        self.p = projection(rng, d)
        position = self.unitary(rng, trees.FAN_IN)
        self.key = self.unitary(rng, trees.OBJECTS)
        for i in range(trees.OBJECTS):
            for k in trees.path(i):
                self.key[i] *= position[k]

    def unitary(self, rng, count):
        phase = rng.uniform(-np.pi, np.pi, (count, self.d // 2 + 1))
        phase[:, [0, -1]] = np.pi * rng.integers(0, 2, (count, 2))
        return np.exp(1j * phase).astype(np.complex64)

    def encode(self, x):
        spectra = fft.rfft(x @ self.p.T)
        spectra *= self.key
        return fft.irfft(spectra.sum(axis=0), self.d)

    def unbind(self, s):
        return fft.irfft(np.conj(self.key) * fft.rfft(s), self.d) @ self.p


class Map:
    """Multiply, add, permute: keys of random signs, each level of nesting shifted by one (Gayler
    1998), sums kept real."""

    name = "MAP"

    def __init__(self, rng, d):
        self.d = d
        self.p = projection(rng, d)
        position = self.signs(rng, trees.FAN_IN)
        self.key = self.signs(rng, trees.OBJECTS)
        for i in range(trees.OBJECTS):
            for k in reversed(trees.path(i)):
                self.key[i] = position[k] * np.roll(self.key[i], 1)

    def signs(self, rng, count):
        return (2 * rng.integers(0, 2, (count, self.d)) - 1).astype(np.float32)

    def encode(self, x):
        spread = x @ self.p.T
        out = np.zeros(self.d, dtype=np.float32)
        for depth in range(1, trees.LEVELS + 1):
            at = trees.level(depth)
            shifted = np.roll(spread[at], depth, axis=1)
            shifted *= self.key[at]
            out += shifted.sum(axis=0)
        return out

    def unbind(self, s):
        parts = []
        for depth in range(1, trees.LEVELS + 1):
            parts.append(np.roll(self.key[trees.level(depth)] * s, -depth, axis=1))
        return np.concatenate(parts) @ self.p


def least_squares(encoding, s):
    """What the encoding's map allows: the smallest attributes of all objects that explain s."""
    shape = (trees.OBJECTS, trees.ATTRIBUTES)
    operator = LinearOperator(
        (encoding.d, shape[0] * shape[1]),
        matvec=lambda x: encoding.encode(x.astype(np.float32).reshape(shape)).astype(np.float64),
        rmatvec=lambda y: encoding.unbind(y.astype(np.float32)).ravel().astype(np.float64),
        dtype=np.float64,
    )
    return lsmr(operator, s.astype(np.float64), atol=1e-6, btol=1e-6, maxiter=1000)[0].reshape(shape)
