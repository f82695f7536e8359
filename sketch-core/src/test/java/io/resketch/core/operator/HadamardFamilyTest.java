package io.resketch.core.operator;

import io.resketch.core.spec.Family;

class HadamardFamilyTest extends FamilyContract {
  HadamardFamilyTest() {
    super(new Family.Hadamard(), 1024);
  }
}
