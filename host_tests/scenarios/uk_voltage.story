# Great Britain, by the market alone: below 207 V a lost PEN conductor must be assumed (BS 7671 722.411.4.1).
setup house=empty meter=none market=uk start_delay_s=0
needs own_meter
0    plug max_a=16
10   expect closed==1
20   mains percent=89   # 205 V: good in the EU, see eu_voltage.story
20   within 3 pilot=="hold"
30   expect faults==["undervolt"] closed==0
